"""Every command there is. Parser, help, docs/commands.md and completion are made from this table."""

from __future__ import annotations

from commands.language import Argument, Kind, Layout, Option, Verb

_SERVICES = (
    ("ssh", "ssh", "SSH"),
    ("remote_tsm", "ssh", "SSH (an older name of it)"),
    ("esx_shell", "shell", "the shell of the local console"),
    ("local_tsm", "shell", "the shell of the local console (an older name of it)"),
)

_SERVICE_VERBS = (
    ("enable", "Has {} start with the host, and starts it."),
    ("disable", "Has {} not start with the host, and stops it. Open sessions stay open."),
    ("start", "Starts {} now; whether it starts with the host stays as it is."),
    ("stop", "Stops {} now; whether it starts with the host stays as it is."),
)

_NETSTACK = Option("netstack", "N", Kind.TEXT, "The network stack; there is one, defaultTcpipStack.")
_DELAY = Option("delay", "d", Kind.NUMBER, "Seconds until it begins; 10 when not given.")
_REASON = Option("reason", "r", Kind.TEXT, "Why, for the log.")

_HOSTSVC: tuple[Verb, ...] = (
    *(
        Verb(
            program="vim-cmd",
            path=f"hostsvc/{verb}_{name}",
            help=help_text.format(title),
            does=f"services:{verb}_{service}",
        )
        for name, service, title in _SERVICES
        for verb, help_text in _SERVICE_VERBS
    ),
    Verb(
        program="vim-cmd",
        path="hostsvc/runtimeinfo",
        help="Says how the host is.",
        does="system:runtime",
        layout=Layout.OBJECT,
        fields=("connectionState", "powerState", "inMaintenanceMode", "bootTime"),
        structure="vim.host.RuntimeInfo",
    ),
    Verb(
        program="vim-cmd",
        path="hostsvc/maintenance_mode_enter",
        help="There is no maintenance mode yet: says so, and changes nothing.",
        does="system:enter_maintenance",
    ),
    Verb(
        program="vim-cmd",
        path="hostsvc/maintenance_mode_exit",
        help="Leaves maintenance mode, in which this host never is.",
        does="system:exit_maintenance",
    ),
    Verb(
        program="vim-cmd",
        path="hostsvc/datastore/rename",
        help="Gives a datastore another name, at once. Nothing may be using it.",
        does="hostsvc:rename_datastore",
        arguments=(
            Argument("OLD", "Its present name."),
            Argument("NEW", "Its new name, of at most 12 bytes."),
        ),
    ),
    Verb(
        program="vim-cmd",
        path="hostsvc/net/refresh",
        help="Needed on ESXi only: network settings are in effect once they are made.",
        does="hostsvc:refresh_network",
    ),
    Verb(
        program="vim-cmd",
        path="hostsvc/advopt/update",
        help="Sets an advanced setting.",
        does="advanced:update",
        arguments=(
            Argument("KEY", "Its path with dots: UserVars.SuppressShellWarning."),
            Argument("TYPE", "Its type, long or string. It is known anyway."),
            Argument("VALUE", "The value."),
        ),
    ),
    Verb(
        program="vim-cmd",
        path="vimsvc/license",
        help="No licence is needed: a key is accepted and not kept.",
        does="hostsvc:license_key",
        arguments=(
            Argument("ACTION", "--set or --show.", required=False),
            Argument("KEY", "The key.", required=False),
        ),
    ),
)

_NETWORK: tuple[Verb, ...] = (
    Verb(
        program="esxcli",
        path="network firewall get",
        help="Says how the firewall is: there is none.",
        does="firewall:get",
        layout=Layout.RECORD,
        fields=("Default Action", "Enabled", "Loaded"),
        structure="Firewall",
    ),
    Verb(
        program="esxcli",
        path="network firewall ruleset set",
        help="There is no firewall, so every rule set is open for everybody. Closing one is not possible.",
        does="firewall:set_ruleset",
        options=(
            Option("ruleset-id", "r", Kind.TEXT, "The rule set.", required=True),
            Option("enabled", "e", Kind.BOOLEAN, "Whether the service may be reached."),
            Option("allowed-all", "a", Kind.BOOLEAN, "Whether everybody may reach it."),
        ),
    ),
    Verb(
        program="esxcli",
        path="network firewall set",
        help="There is no firewall, so it is off. Switching it on is not possible.",
        does="firewall:set_firewall",
        options=(
            Option("enabled", "e", Kind.BOOLEAN, "Whether the firewall is on."),
            Option("default-action", "d", Kind.BOOLEAN, "Whether what no rule names may pass."),
        ),
    ),
    Verb(
        program="esxcli",
        path="network ip dns search add",
        help="Adds search domains.",
        does="names:add_domain",
        options=(Option("domain", "d", Kind.TEXT, "The domain.", required=True, many=True), _NETSTACK),
    ),
    Verb(
        program="esxcli",
        path="network ip dns search list",
        help="Lists the search domains.",
        does="names:list_domains",
        options=(_NETSTACK,),
        layout=Layout.RECORD,
        fields=("DNSSearch Domains",),
        structure="DNSSearchDomains",
    ),
    Verb(
        program="esxcli",
        path="network ip dns search remove",
        help="Removes a search domain.",
        does="names:remove_domain",
        options=(Option("domain", "d", Kind.TEXT, "The domain.", required=True), _NETSTACK),
    ),
    Verb(
        program="esxcli",
        path="network ip dns server add",
        help="Adds name servers. Where they come from DHCP, those that are in use stay, as set by hand.",
        does="names:add_server",
        options=(Option("server", "s", Kind.TEXT, "Its address.", required=True, many=True), _NETSTACK),
    ),
    Verb(
        program="esxcli",
        path="network ip dns server list",
        help="Lists the name servers.",
        does="names:list_servers",
        options=(_NETSTACK,),
        layout=Layout.RECORD,
        fields=("DNSServers",),
        structure="DNSServer",
    ),
    Verb(
        program="esxcli",
        path="network ip dns server remove",
        help="Removes a name server, or all of them. None come from DHCP from then on.",
        does="names:remove_server",
        options=(
            Option("server", "s", Kind.TEXT, "Its address."),
            Option("all", "a", Kind.FLAG, "All of them."),
            _NETSTACK,
        ),
    ),
    Verb(
        program="esxcli",
        path="network ip get",
        help="Says whether the management network uses IPv6.",
        does="names:get_ip",
        layout=Layout.RECORD,
        fields=("IPv6 Enabled",),
        structure="IpConfig",
    ),
    Verb(
        program="esxcli",
        path="network ip set",
        help="Switches IPv6 on the management network on or off, at once and for every start.",
        does="names:set_ip",
        options=(Option("ipv6-enabled", "e", Kind.BOOLEAN, "Whether IPv6 is used.", required=True),),
    ),
)

_SYSTEM: tuple[Verb, ...] = (
    Verb(
        program="esxcli",
        path="system hostname get",
        help="Says what the host is called.",
        does="names:get",
        layout=Layout.RECORD,
        fields=("Domain Name", "Fully Qualified Domain Name", "Host Name"),
        structure="FullyQualifiedHostName",
    ),
    Verb(
        program="esxcli",
        path="system hostname set",
        help="Names the host, as a whole or in parts; a part that is not given stays.",
        does="names:set_name",
        options=(
            Option("domain", "d", Kind.TEXT, "The domain."),
            Option("fqdn", "f", Kind.TEXT, "The whole name."),
            Option("host", "H", Kind.TEXT, "The name without the domain."),
        ),
    ),
    Verb(
        program="esxcli",
        path="system maintenanceMode get",
        help="Says whether the host is in maintenance mode: Disabled, since there is none yet.",
        does="system:get_maintenance",
        layout=Layout.PLAIN,
        fields=("Maintenance Mode",),
        structure="MaintenanceMode",
    ),
    Verb(
        program="esxcli",
        path="system maintenanceMode set",
        help="There is no maintenance mode yet: says so when it is to be switched on, and changes nothing.",
        does="system:set_maintenance",
        options=(
            Option("enable", "e", Kind.BOOLEAN, "Whether the host is to be in it.", required=True),
            Option("timeout", "t", Kind.NUMBER, "Seconds it may take."),
            Option("vsanmode", "m", Kind.TEXT, "What becomes of vSAN data; there is no vSAN."),
        ),
    ),
    Verb(
        program="esxcli",
        path="system settings advanced list",
        help="Lists the advanced settings that have an effect.",
        does="advanced:list_settings",
        options=(
            Option("delta", "d", Kind.FLAG, "Only those that differ from their default."),
            Option("option", "o", Kind.TEXT, "Only this one."),
            Option("tree", "t", Kind.TEXT, "Only those below this path."),
        ),
        layout=Layout.RECORDS,
        fields=(
            *("Path", "Type", "Int Value", "Default Int Value", "Min Value", "Max Value"),
            *("String Value", "Default String Value", "Valid Characters", "Description"),
        ),
        structure="SettingsAdvancedOption",
    ),
    Verb(
        program="esxcli",
        path="system settings advanced set",
        help="Sets an advanced setting, at once and for every start.",
        does="advanced:set_setting",
        options=(
            Option("default", "d", Kind.FLAG, "To its default."),
            Option("int-value", "i", Kind.NUMBER, "To this number."),
            Option("option", "o", Kind.TEXT, "Its path.", required=True),
            Option("string-value", "s", Kind.TEXT, "To this text."),
        ),
    ),
    Verb(
        program="esxcli",
        path="system shutdown poweroff",
        help="Shuts the host down and switches it off. Refused while virtual machines run.",
        does="system:poweroff",
        options=(_DELAY, _REASON),
    ),
    Verb(
        program="esxcli",
        path="system shutdown reboot",
        help="Shuts the host down and starts it again. Refused while virtual machines run.",
        does="system:reboot",
        options=(_DELAY, _REASON),
    ),
    Verb(
        program="esxcli",
        path="system uuid get",
        help="Says the UUID of the installation.",
        does="system:uuid",
        layout=Layout.PLAIN,
        fields=("UUID",),
        structure="UUID",
    ),
    Verb(
        program="esxcli",
        path="system version get",
        help="Says product, version and build.",
        does="system:version",
        layout=Layout.RECORD,
        fields=("Product", "Version", "Build"),
        structure="VersionGet",
        live=True,
    ),
)

VERBS: tuple[Verb, ...] = (*_NETWORK, *_SYSTEM, *_HOSTSVC)
