/* Print where the fields of the interface stand, as this machine's own header says. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include <linux/dm-ioctl.h>

#define PLACE(type, field) printf("%s.%s %zu\n", #type, #field, offsetof(struct type, field))
#define SIZE(type) printf("%s %zu\n", #type, sizeof(struct type))

int main(void)
{
	SIZE(dm_ioctl);
	PLACE(dm_ioctl, version);
	PLACE(dm_ioctl, data_size);
	PLACE(dm_ioctl, data_start);
	PLACE(dm_ioctl, target_count);
	PLACE(dm_ioctl, open_count);
	PLACE(dm_ioctl, flags);
	PLACE(dm_ioctl, event_nr);
	PLACE(dm_ioctl, dev);
	PLACE(dm_ioctl, name);
	PLACE(dm_ioctl, uuid);
	PLACE(dm_ioctl, data);
	SIZE(dm_target_spec);
	PLACE(dm_target_spec, sector_start);
	PLACE(dm_target_spec, length);
	PLACE(dm_target_spec, status);
	PLACE(dm_target_spec, next);
	PLACE(dm_target_spec, target_type);
	PLACE(dm_target_deps, count);
	PLACE(dm_target_deps, dev);
	PLACE(dm_name_list, dev);
	PLACE(dm_name_list, next);
	PLACE(dm_name_list, name);
	PLACE(dm_target_versions, next);
	PLACE(dm_target_versions, version);
	PLACE(dm_target_versions, name);
	PLACE(dm_target_msg, sector);
	PLACE(dm_target_msg, message);
	printf("version %lx\n", (unsigned long)DM_VERSION);
	printf("load %lx\n", (unsigned long)DM_TABLE_LOAD);
	printf("arm_poll %lx\n", (unsigned long)DM_DEV_ARM_POLL);
	return 0;
}
