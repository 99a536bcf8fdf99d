"""
The arrays that are known, and what their makers recommend.

Ordered by maker, and of one maker the more general before the more special: the later of two entries that fit wins,
option by option. Where two makers share a vendor, as Hewlett Packard Enterprise and Hitachi do, their order counts too.
Vendor, product and ``product_blacklist`` (products of the vendor that are no disks) are regular expressions that are
searched for; the other options have the names and values of multipath.conf(5).

Source: the recommendations of the vendors, as multipath-tools 0.14.3 knows them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Options = dict[str, str | int]
# Vendor, product, options.
Array = tuple[str, str, Options]

# What many have in common.
_MULTIBUS: Final[Options] = {"path_grouping_policy": "multibus"}
_BY_SERIAL: Final[Options] = {"path_grouping_policy": "group_by_serial"}
_BY_PRIO: Final[Options] = {"path_grouping_policy": "group_by_prio", "failback": "immediate"}
_ALUA: Final = _BY_PRIO | {"prio": "alua"}
_HP_SW: Final[Options] = {"path_grouping_policy": "group_by_prio", "path_checker": "hp_sw", "prio": "hp_sw"}
_RDAC: Final = _BY_PRIO | {
    "prio": "rdac",
    "path_checker": "rdac",
    "features": "2 pg_init_retries 50",
    "no_path_retry": 30,
    "product_blacklist": "Universal Xport",
}

ARRAYS: Final[Mapping[str, tuple[Array, ...]]] = MappingProxyType(
    {
        "AccelStor": (("AStor", "NeoSapphire", _BY_PRIO | {"no_path_retry": 30}),),
        "Apple": (("APPLE", "Xserve RAID", _MULTIBUS),),
        "DataCore": (
            ("DataCore", "SANmelody", _ALUA | {"no_path_retry": "queue"}),
            ("DataCore", "Virtual Disk", _ALUA | {"no_path_retry": "queue"}),
        ),
        "DataDirect Networks": (
            ("DDN", "SAN DataDirector", _MULTIBUS),
            ("DDN", "^EF3010", _MULTIBUS | {"no_path_retry": 30}),
            ("DDN", "^(EF3015|S2A|SFA)", _ALUA | {"no_path_retry": 30}),
        ),
        "Dell": (
            ("EMC", "SYMMETRIX", _MULTIBUS | {"no_path_retry": 6}),
            (
                "^DGC",
                "^(RAID|DISK|VRAID)",
                _BY_PRIO
                | {
                    "no_path_retry": 60,
                    "path_checker": "emc_clariion",
                    "prio": "emc",
                    "detect_checker": "no",
                    "product_blacklist": "LUNZ",
                },
            ),
            ("EMC", "Invista", _MULTIBUS | {"no_path_retry": 5, "product_blacklist": "LUNZ"}),
            ("XtremIO", "XtremApp", _MULTIBUS),
            ("COMPELNT", "Compellent Vol", _BY_PRIO | {"no_path_retry": "queue"}),
            ("DELL", "^MD3", _RDAC),
            ("DellEMC", "PowerStore", _ALUA | {"no_path_retry": 3, "fast_io_fail_tmo": 15}),
            ("DellEMC", "^ME", _ALUA),
            ("EQLOGIC", "100E-00", _MULTIBUS | {"no_path_retry": 30}),
        ),
        "Dot Hill": (
            ("DotHill", "SANnet", _MULTIBUS | {"no_path_retry": 30}),
            ("DotHill", "R/Evo", _ALUA | {"no_path_retry": 30}),
            ("DotHill", "^DH", _ALUA | {"no_path_retry": 30}),
        ),
        "Eurologic": (("(EUROLOGC|EuroLogc)", "FC2502", _MULTIBUS),),
        "Fujitsu": (
            ("FSC", "CentricStor", _BY_SERIAL),
            ("FUJITSU", "ETERNUS_DX(H|L|M|400|8000)", _ALUA | {"no_path_retry": 10}),
            ("FUJITSU", "E[234]000", _ALUA | {"no_path_retry": 10}),
            ("FUJITSU", "E[68]000", _MULTIBUS | {"no_path_retry": 10}),
            ("FUJITSU", "ETERNUS_AHB", _RDAC),
        ),
        "Hewlett Packard Enterprise": (
            (
                "3PARdata",
                "VV",
                _ALUA
                | {"no_path_retry": 18, "fast_io_fail_tmo": 10, "dev_loss_tmo": "infinity", "vpd_vendor": "hp3par"},
            ),
            ("DEC", "HSG80", _HP_SW | {"no_path_retry": "queue"}),
            ("HP", "A6189A", _MULTIBUS | {"no_path_retry": 12}),
            ("(COMPAQ|HP)", "(MSA|HSV)1[01]0", _HP_SW | {"no_path_retry": 12}),
            ("(COMPAQ|HP)", "MSA VOLUME", _ALUA | {"no_path_retry": 12}),
            ("(COMPAQ|HP)", "(HSV1[01]1|HSV2[01]0|HSV3[046]0|HSV4[05]0)", _ALUA | {"no_path_retry": 12}),
            ("HP", "(MSA2[02]12fc|MSA2012i)", _MULTIBUS | {"no_path_retry": 18}),
            ("HP", "(MSA2012sa|MSA23(12|24)(fc|i|sa)|MSA2000s VOLUME)", _ALUA | {"no_path_retry": 18}),
            ("(HP|HPE)", "MSA [12]0[4567]0 (SAN|SAS|FC|iSCSI)", _ALUA | {"no_path_retry": 18}),
            ("HP", "(HSVX700|HSVX740)", _ALUA | {"no_path_retry": 12}),
            ("HP", "LOGICAL VOLUME", _MULTIBUS | {"no_path_retry": 12}),
            ("HP", "(P2000 G3 FC|P2000G3 FC/iSCSI|P2000 G3 SAS|P2000 G3 iSCSI)", _ALUA | {"no_path_retry": 18}),
            ("LEFTHAND", "(P4000|iSCSIDisk|FCDISK)", _ALUA | {"no_path_retry": 18}),
            ("Nimble", "Server", _ALUA | {"no_path_retry": "queue"}),
            ("(HITACHI|HP|HPE)", "^OPEN-", _BY_PRIO | {"no_path_retry": 10}),
        ),
        "Hitachi": (
            ("HITACHI", "^DF", _BY_PRIO | {"no_path_retry": "queue", "prio": "hds"}),
            ("HITACHI", "^DF600F", _MULTIBUS),
            ("HITACHI", "Hi-SDS", _ALUA | {"no_path_retry": 6, "path_checker": "directio", "detect_checker": "no"}),
        ),
        "Huawei": (
            ("^(HUAWEI|HUASY|HS)", "^(Dorado[25]|HVS8|S[23568]|V1[568]|VIS6000)", _BY_PRIO | {"no_path_retry": 15}),
            ("^(HUAWEI|AnyStor|Marstor|NETPOSA|SanM|SUGON|UDsafe)", "XSG1", _BY_PRIO | {"no_path_retry": 15}),
        ),
        "IBM": (
            ("IBM", "ProFibre 4000R", _MULTIBUS),
            ("IBM", "^1722-600", _RDAC),
            ("IBM", "^1724", _RDAC),
            ("IBM", "^1726", _RDAC),
            ("IBM", "^1742", _RDAC),
            ("IBM", "^1746", _RDAC),
            ("IBM", "^1813", _RDAC),
            ("IBM", "^1814", _RDAC),
            ("IBM", "^1815", _RDAC),
            ("IBM", "^1818", _RDAC),
            ("IBM", "^3526", _RDAC),
            ("IBM", "^(3542|3552)", _RDAC),
            ("IBM", "^2105", _MULTIBUS | {"no_path_retry": "queue"}),
            ("IBM", "^1750500", _ALUA | {"no_path_retry": "queue"}),
            ("IBM", "^2107900", _BY_PRIO | {"no_path_retry": "queue"}),
            ("IBM", "^2145", _ALUA | {"no_path_retry": "queue"}),
            (
                "IBM",
                "S/390 DASD ECKD",
                _MULTIBUS
                | {
                    "uid_attribute": "ID_UID",
                    "no_path_retry": "queue",
                    "path_checker": "directio",
                    "product_blacklist": "S/390 DASD ECKD",
                },
            ),
            (
                "IBM",
                "S/390 DASD FBA",
                _MULTIBUS
                | {
                    "uid_attribute": "ID_UID",
                    "no_path_retry": "queue",
                    "path_checker": "directio",
                    "product_blacklist": "S/390 DASD FBA",
                },
            ),
            ("IBM", "^IPR", _ALUA | {"no_path_retry": "queue"}),
            ("IBM", "1820N00", _ALUA | {"no_path_retry": "queue"}),
            (
                "(XIV|IBM)",
                "(NEXTRA|2810XIV)",
                {"no_path_retry": "queue", "path_grouping_policy": "group_by_prio", "failback": 15},
            ),
            ("(TMS|IBM)", "(RamSan|FlashSystem)", _MULTIBUS),
            ("IBM", "^(DCS9900|2851)", _ALUA | {"no_path_retry": 30}),
            ("AIX", "VDASD", _MULTIBUS | {"no_path_retry": 60}),
            ("IBM", "3303[ ]+NVDISK", {"no_path_retry": 60}),
            ("AIX", "NVDISK", _ALUA | {"no_path_retry": 60}),
        ),
        "Infinidat": (
            (
                "NFINIDAT",
                "InfiniBox",
                _ALUA
                | {
                    "no_path_retry": "queue",
                    "flush_on_last_del": "always",
                    "fast_io_fail_tmo": 15,
                    "dev_loss_tmo": "infinity",
                    "detect_prio": "no",
                },
            ),
        ),
        "Infortrend": (("^IFT", ".*", _ALUA | {"no_path_retry": 30}),),
        "Inspur": (("INSPUR", "MCS", _ALUA),),
        "Intel": (
            ("(Intel|INTEL)", "Multi-Flex", _ALUA | {"no_path_retry": "queue", "product_blacklist": "VTrak V-LUN"}),
        ),
        "Kaminario": (("KMNRIO", "K2", _MULTIBUS),),
        "Kove": (("KOVE", "XPD", _MULTIBUS),),
        "Lenovo": (("LENOVO", "DE_Series", _RDAC),),
        "Linux-IO": (
            ("(LIO-ORG|SUSE)", ".*", _ALUA | {"no_path_retry": 12, "path_checker": "directio", "detect_checker": "no"}),
        ),
        "MacroSAN": (("MacroSAN", "LU", _ALUA | {"no_path_retry": 30}),),
        "NEC": (("NEC", "DISK ARRAY", _ALUA),),
        "NetApp": (
            (
                "NETAPP",
                "LUN",
                _BY_PRIO
                | {
                    "features": "2 pg_init_retries 50",
                    "no_path_retry": "queue",
                    "flush_on_last_del": "always",
                    "dev_loss_tmo": "infinity",
                    "prio": "ontap",
                    "user_friendly_names": "no",
                },
            ),
            ("(NETAPP|LSI|ENGENIO)", "INF-01-00", _RDAC),
            ("SolidFir", "SSD SAN", _MULTIBUS | {"no_path_retry": 24}),
        ),
        "Nexenta": (("NEXENTA", "COMSTAR", _BY_SERIAL | {"no_path_retry": 30}),),
        "Nexsan": (
            ("NEXSAN", "NXS-B0", _ALUA | {"no_path_retry": 15}),
            ("NEXSAN", "SATAB", _ALUA | {"no_path_retry": 15}),
            ("Nexsan", "(NestOS|NST5000)", _ALUA | {"no_path_retry": 30}),
        ),
        "NVMe": (
            ("^NVME", ".*", _BY_PRIO | {"uid_attribute": "ID_WWN", "path_checker": "none"}),
            ("NVME", "HPE Alletra", {"no_path_retry": "queue"}),
            ("NVME", "EMC PowerMax", {"no_path_retry": "queue"}),
            ("NVME", "dellemc-powerstore", {"no_path_retry": 3}),
            ("NVME", "HITACHI SVOS-RF-System", {"no_path_retry": "queue"}),
            ("NVME", "IBM[ ]+2145", {"no_path_retry": "queue"}),
            ("NVME", "FlashSystem", {"no_path_retry": "fail"}),
            ("NVME", "^NetApp ONTAP Controller", {"no_path_retry": "queue"}),
            ("NVME", "Pure Storage FlashArray", {"no_path_retry": 10}),
            ("NVME", "Huawei-XSG1", {"no_path_retry": 12}),
            ("NVME", "InfiniBox", {"no_path_retry": "queue"}),
            ("NVME", "VASTData", {"no_path_retry": "queue"}),
        ),
        "Oracle": (
            ("^Pillar", "^Axiom", _ALUA),
            ("^Oracle", "^Oracle FS", _ALUA),
            ("STK", "BladeCtlr", _RDAC),
            ("STK", "OPENstorage", _RDAC),
            ("STK", "FLEXLINE 380", _RDAC),
            ("SUN", "StorEdge 3", _MULTIBUS),
            ("SUN", "STK6580_6780", _RDAC),
            ("SUN", "CSM[12]00_R", _RDAC),
            ("SUN", "LCSM100_[IEFS]", _RDAC),
            ("SUN", "SUN_6180", _RDAC),
            ("SUN", "ArrayStorage", _RDAC),
            ("SUN", "(Sun Storage|ZFS Storage|COMSTAR)", _ALUA | {"no_path_retry": 30}),
        ),
        "Pivot3": (
            ("PIVOT3", "RAIGE VOLUME", _MULTIBUS | {"no_path_retry": "queue"}),
            ("(NexGen|Pivot3)", "(TierStore|vSTAC)", _ALUA | {"no_path_retry": "queue"}),
        ),
        "Promise": (
            ("Promise", "VTrak", _ALUA | {"no_path_retry": 30, "product_blacklist": "VTrak V-LUN"}),
            ("Promise", "Vess", _ALUA | {"no_path_retry": 30, "product_blacklist": "Vess V-LUN"}),
        ),
        "Pure Storage": (
            ("PURE", "FlashArray", _ALUA | {"detect_prio": "no", "fast_io_fail_tmo": 10, "max_sectors_kb": 4096}),
        ),
        "Qsan": (("^Qsan", ".*", _BY_PRIO | {"no_path_retry": 30, "prio_args": "exclusive_pref_bit"}),),
        "Quantum": (
            ("Quantum", "(StorNext QX|QXS)", _ALUA | {"no_path_retry": 18, "product_blacklist": "cvfsctl"}),
            ("QUANTUM", "^(F|P|H)[24]", _ALUA | {"no_path_retry": 30}),
            ("QUANTUM", "^F1", _BY_SERIAL | {"no_path_retry": 30}),
        ),
        "SCST": (("^SCST_", ".*", _ALUA | {"no_path_retry": 12}),),
        "Seagate": (
            ("SEAGATE", "STJX", _ALUA | {"no_path_retry": 30}),
            ("SEAGATE", "^[456]", _ALUA | {"no_path_retry": 30}),
        ),
        "SGI": (
            ("SGI", "TP9100", _MULTIBUS),
            ("SGI", "TP9[3457]00", _RDAC),
            ("SGI", "IS", _RDAC),
            ("SGI", "^DD[46]A-", _ALUA | {"no_path_retry": 30}),
        ),
        "Tegile": (("TEGILE", "(ZEBI-(FC|ISCSI)|INTELLIFLASH)", _ALUA | {"no_path_retry": 10}),),
        "Vexata": (("Vexata", "VX", _MULTIBUS | {"no_path_retry": 30}),),
        "Violin": (
            ("VIOLIN", "SAN ARRAY$", _BY_SERIAL | {"no_path_retry": 30}),
            ("VIOLIN", "SAN ARRAY ALUA", _ALUA | {"no_path_retry": 30}),
            ("VIOLIN", "CONCERTO ARRAY", _MULTIBUS | {"no_path_retry": 30}),
        ),
        "Virtuozzo": (
            (
                "VSTORAGE",
                "VSTOR-DISK",
                {
                    "prio": "alua",
                    "path_grouping_policy": "group_by_node_name",
                    "detect_prio": "no",
                    "features": "2 pg_init_retries 50",
                    "failback": "immediate",
                    "flush_on_last_del": "always",
                    "no_path_retry": "queue",
                },
            ),
        ),
        "Xiotech": (
            ("(XIOTECH|XIOtech)", "ISE", _MULTIBUS | {"no_path_retry": 12}),
            ("(XIOTECH|XIOtech)", "IGLU DISK", _MULTIBUS | {"no_path_retry": 30}),
            ("(XIOTECH|XIOtech)", "Magnitude", _MULTIBUS | {"no_path_retry": 30}),
        ),
    }
)
