# Reads the kernel's command line and prints what fetching needs of it, as assignments for the shell:
#
#   source       where the system is, a URL that ends in /
#   choice       how the adapter is named: link, vmnic, mac, name; empty for any that gets there
#   adapter      its number, MAC address or name
#   address prefix gateway    a static IPv4 address; address is empty for DHCP
#   nameservers  with blanks between them
#   vlan         0 for none
#   problems     a line for each thing that is wrong
#
# The options mean what they mean for the kickstart file (installer/kickstart/bootoptions.py); a test compares
# the two. Nothing is printed that could end the quotes around it.

function problem(text) { problems = problems clean(text) "\n" }

function clean(text) { gsub(/[^ -&(-~]/, "?", text); return text }

function put(name, value) { printf "%s='%s'\n", name, clean(value) }

# Double quotes keep blanks, as for the kernel.
function collect(line,    parts, words, count, i, at, key, value) {
    count = split(line, parts, "\"")
    line = ""
    for (i = 1; i <= count; i++) {
        if (i % 2) gsub(/[ \t\n\r\f\v]+/, "\n", parts[i])
        line = line parts[i]
    }
    count = split(line, words, "\n")
    for (i = 1; i <= count; i++) {
        at = index(words[i], "=")
        key = tolower(at ? substr(words[i], 1, at - 1) : words[i])
        given[key] = at ? substr(words[i], at + 1) : ""
    }
    count = split("ksdevice netdevice bootif ip netmask gateway nameserver vlanid bedplate.source", words, " ")
    for (i = 1; i <= count; i++) {
        key = words[i]
        if (key in given && given[key] == "") {
            delete given[key]
            problem(key "= has no value. Give one, or leave it out.")
        }
    }
}

function text(key) { return key in given ? given[key] : "" }

function read_source(    url, scheme, rest) {
    url = text("bedplate.source")
    if (url == "") return
    scheme = tolower(substr(url, 1, index(url, ":")))
    rest = substr(url, length(scheme) + 1)
    if (scheme !~ /^(https?|tftp):$/ || rest !~ /^\/\/[^\/]/ || rest ~ /[^]!$%&(-;=A-Z_a-z~[]/) {
        problem("bedplate.source=" url " is no address to fetch from. It looks like http://192.0.2.1/bedplate/.")
        return
    }
    sub(/\/*$/, "/", rest)
    source = scheme rest
}

function mac(value) { return value ~ /^[0-9a-f][0-9a-f]([:-][0-9a-f][0-9a-f])([:-][0-9a-f][0-9a-f])([:-][0-9a-f][0-9a-f])([:-][0-9a-f][0-9a-f])([:-][0-9a-f][0-9a-f])$/ }

function coloned(value) { gsub(/-/, ":", value); return value }

# The kind of hardware in front of the address is ARP's: 01 is Ethernet.
function read_bootif(    value) {
    if (!("bootif" in given)) return
    value = tolower(given["bootif"])
    if (length(value) == 20) sub(/^01[:-]/, "", value)
    if (mac(value)) { boot_mac = coloned(value); return }
    problem("BOOTIF=" value " is no Ethernet address. It looks like 01-52-54-00-12-34-56.")
}

function read_adapter(    key, value) {
    read_bootif()
    if ("ksdevice" in given && "netdevice" in given && tolower(given["ksdevice"]) != tolower(given["netdevice"])) {
        problem("ksdevice=" given["ksdevice"] " and netdevice=" given["netdevice"] " name two adapters. Give one of them.")
        return
    }
    key = "ksdevice" in given ? "ksdevice" : "netdevice"
    value = text(key)
    if (value == "" || tolower(value) == "bootif") {
        if (value != "" && !("bootif" in given))
            problem(key "=bootif, but there is no BOOTIF=. Have PXELINUX say it with IPAPPEND 2.")
        if (boot_mac != "") { choice = "mac"; adapter = boot_mac }
        return
    }
    if (!name_adapter(value))
        problem(key "=" value " names no network adapter. Give vmnic0, a MAC address, the kernel's name, link or bootif.")
}

function name_adapter(value,    low, number) {
    gsub(/^[ \t]+|[ \t]+$/, "", value)
    low = tolower(value)
    if (low == "link") { choice = "link"; return 1 }
    if (low ~ /^(vmnic|eth)[0-9][0-9]?[0-9]?[0-9]?$/) {
        number = low
        gsub(/[^0-9]/, "", number)
        sub(/^0+/, "", number)
        choice = "vmnic"; adapter = number + 0
        return 1
    }
    if (low ~ /^01-/ && gsub(/-/, "-", low) == 6) low = substr(low, 4)
    if (mac(low)) { choice = "mac"; adapter = coloned(low); return 1 }
    if (length(value) <= 15 && value ~ /^[A-Za-z][A-Za-z0-9._-]*$/) { choice = "name"; adapter = value; return 1 }
    return 0
}

# The address as a number; -1 when it is none.
function ipv4(value,    parts, i, number) {
    if (split(value, parts, ".") != 4) return -1
    for (i = 1; i <= 4; i++) {
        if (parts[i] !~ /^(0|[1-9][0-9]?[0-9]?)$/ || parts[i] > 255) return -1
        number = number * 256 + parts[i]
    }
    return number
}

function ipv6(value,    halves, half, total) {
    halves = split(value, half, /::/)
    if (halves < 1 || halves > 2) return 0
    total = groups(half[1], halves == 1) + (halves == 2 ? groups(half[2], 1) : 0)
    return halves == 1 ? total == 8 : total >= 0 && total <= 7
}

# How many groups of 16 bits a part of an IPv6 address has; far below 0 when it is none. Its last may be IPv4.
function groups(part, last,    each, count, i) {
    if (part == "") return 0
    count = split(part, each, ":")
    for (i = 1; i <= count; i++) {
        if (each[i] ~ /^[0-9A-Fa-f][0-9A-Fa-f]?[0-9A-Fa-f]?[0-9A-Fa-f]?$/) continue
        if (i < count || !last || ipv4(each[i]) < 0) return -99
        count++
        break
    }
    return count
}

function power_of_two(bits,    number) {
    for (number = 1; bits > 0; bits--) number *= 2
    return number
}

# ip= also comes as PXELINUX and the kernel spell it: address, boot server, gateway, netmask.
function read_address(    said, parts, netmask, colons, number, size, base, other) {
    said = text("ip")
    if (tolower(said) ~ /^(dhcp|on|any|none|off|both)$/) said = ""
    colons = said
    other = said
    sub(/\/.*/, "", other)
    if (gsub(/:/, ":", colons) >= 3 && !ipv6(other)) {
        split(said, parts, ":")
        address = parts[1]; gateway = parts[3]; netmask = parts[4]
    } else {
        address = other
        if (index(said, "/")) netmask = substr(said, index(said, "/") + 1)
    }
    if (text("netmask") != "") netmask = text("netmask")
    if (text("gateway") != "") gateway = text("gateway")
    if (address == "") {
        if (netmask != "" || gateway != "")
            problem((netmask != "" ? "netmask" : "gateway") "= has no use without ip=. Add ip=, or leave it out for DHCP.")
        gateway = ""
        return
    }
    number = ipv4(address)
    if (number < 0) problem("ip=" address " is no IPv4 address. It looks like 192.0.2.10.")
    prefix = prefix_of(netmask)
    other = gateway == "" ? number : ipv4(gateway)
    if (other < 0 && gateway != "") problem("gateway=" gateway " is no IPv4 address. It looks like 192.0.2.10.")
    if (number < 0 || prefix == "") return
    size = power_of_two(32 - prefix)
    base = number - number % size
    if (prefix < 31 && (number == base || number == base + size - 1))
        problem("ip=" address " is the address of a whole network. Give another one.")
    if (other >= 0 && (other < base || other >= base + size))
        problem("The gateway " gateway " is not in the network of ip=" address ". Correct gateway=, ip= or netmask=.")
}

# The bits of a netmask or of a number of bits; empty after a problem.
function prefix_of(netmask,    number, bits) {
    if (netmask == "") { problem("ip= needs netmask= with it. Add netmask=255.255.255.0, say."); return "" }
    if (netmask ~ /^0*([1-9]|[12][0-9]|3[0-2])$/) { sub(/^0+/, "", netmask); return netmask }
    number = ipv4(netmask)
    for (bits = 1; bits <= 32; bits++)
        if (number == power_of_two(32) - power_of_two(32 - bits)) return bits
    problem("netmask=" netmask " is no subnet mask. It looks like 255.255.255.0.")
    return ""
}

function read_nameservers(    parts, count, i) {
    count = split(text("nameserver"), parts, /[, \t]+/)
    for (i = 1; i <= count; i++) {
        if (parts[i] == "") continue
        if (ipv4(parts[i]) >= 0 || ipv6(parts[i])) nameservers = nameservers (nameservers == "" ? "" : " ") parts[i]
        else problem("nameserver=" parts[i] " is no address. Give IPv4 or IPv6 addresses, with commas between them.")
    }
}

function read_vlan(    value, number) {
    value = number = text("vlanid")
    if (value == "") return
    sub(/^0+/, "", number) # not to be taken for an octal one
    if (value ~ /^[0-9][0-9]?[0-9]?[0-9]?$/ && number + 0 <= 4094) vlan = number + 0
    else problem("vlanid=" value " is no VLAN. It is a number from 1 to 4094, or 0 for none.")
}

{ line = line " " $0 }

END {
    vlan = 0
    collect(line)
    read_source()
    read_adapter()
    read_address()
    read_nameservers()
    read_vlan()
    put("source", source)
    put("choice", choice)
    put("adapter", adapter)
    put("address", address)
    put("prefix", prefix)
    put("gateway", gateway)
    put("nameservers", nameservers)
    put("vlan", vlan)
    sub(/\n$/, "", problems)
    printf "problems='%s'\n", problems
}
