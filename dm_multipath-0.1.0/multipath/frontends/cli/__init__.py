"""The command ``mpath``: one file for each verb or family of verbs."""
