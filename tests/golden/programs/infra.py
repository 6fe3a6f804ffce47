# SPDX-License-Identifier: Apache-2.0
"""What a network's hosts live on: chrony, snmpd, rsyslog, dnsmasq with dhclient, OpenLDAP, Kerberos, FreeRADIUS."""

import os
import shutil
import subprocess

PROGRAMS = ["chronyd", "snmpd", "snmpget", "snmpwalk", "rsyslogd", "logger", "dnsmasq", "dhclient", "slapd", "ldapsearch",
            "krb5kdc", "kinit", "kdb5_util", "freeradius", "radtest"]

SNMPD = """
rocommunity public default
rocommunity6 public default
createUser alice SHA secret-secret AES secret-secret
rouser alice priv
sysName server.example.org
sysDescr Example
sysContact root@example.org
sysLocation Example
"""
SLAPD = """
include /etc/ldap/schema/core.schema
pidfile {folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
directory {folder}/ldap
suffix "dc=example,dc=org"
rootdn "cn=admin,dc=example,dc=org"
rootpw secret
"""
LDIF = """dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=alice,dc=example,dc=org
objectClass: person
cn: alice
sn: Example
"""
KRB5 = """
[libdefaults]
default_realm = EXAMPLE.ORG
dns_lookup_kdc = false
dns_lookup_realm = false
udp_preference_limit = {limit}
[realms]
EXAMPLE.ORG = {
  kdc = 192.0.2.20
}
"""
KDC = """
[kdcdefaults]
kdc_listen = 192.0.2.20:88
kdc_tcp_listen = 192.0.2.20:88
[realms]
EXAMPLE.ORG = {
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  acl_file = {folder}/acl
}
"""
RSYSLOG = """
module(load="imudp")
module(load="imtcp")
input(type="imudp" port="514")
input(type="imtcp" port="601")
*.* action(type="omfile" file="{folder}/messages")
"""


def serve(stage):
    stage.certificate()
    folder = stage.folder
    stage.start("chronyd", "-d", "-x", "-u", "root", "-f", stage.write(
        "chrony.conf", "local stratum 2\nallow all\ncmdport 0\npidfile {folder}/chronyd.pid\nbindcmdaddress /\n"), udp=123)
    stage.start("snmpd", "-f", "-Lo", "-C", "-c", stage.write("snmpd.conf", SNMPD), "-p", folder / "snmpd.pid",
                "udp:192.0.2.20:161", "udp6:[2001:db8::20]:161", udp=161,
                env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "snmp")})
    stage.start("rsyslogd", "-n", "-i", folder / "rsyslog.pid", "-f", stage.write("rsyslog.conf", RSYSLOG), udp=514, tcp=601)
    start_dhcp(stage)
    (folder / "ldap").mkdir()
    slapd = stage.write("slapd.conf", SLAPD)
    subprocess.run(["slapadd", "-f", slapd], input=LDIF.encode(), check=True, capture_output=True)
    stage.start("slapd", "-d", "0", "-f", slapd, "-h", "ldap://server.example.org ldaps://192.0.2.20", tcp=(389, 636))
    start_kerberos(stage)
    start_radius(stage)


def start_dhcp(stage):
    stage.start("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root", "--pid-file=",
                "--interface=veth0", "--bind-interfaces", f"--dhcp-leasefile={stage.folder}/leases",
                "--dhcp-range=192.0.2.100,192.0.2.110,1h", "--dhcp-range=2001:db8::100,2001:db8::110,64,1h",
                "--domain=example.org", "--dhcp-option=option:ntp-server,192.0.2.20", "--dhcp-authoritative",
                udp=(67, 547))


def start_kerberos(stage):
    folder = stage.folder
    for name, limit in (("krb5.conf", 1465), ("krb5-tcp.conf", 1)):
        stage.write(name, KRB5.replace("{limit}", str(limit)))
    env = {**os.environ, "KRB5_CONFIG": str(folder / "krb5.conf"), "KRB5_KDC_PROFILE": str(stage.write("kdc.conf", KDC))}
    stage.do("kdb5_util", "create", "-s", "-P", "secret", "-r", "EXAMPLE.ORG", env=env)
    stage.do("kadmin.local", "-q", "addprinc -pw secret alice", env=env)
    stage.do("kadmin.local", "-q", "addprinc -randkey host/server.example.org", env=env)
    stage.start("krb5kdc", "-n", env=env, udp=88, tcp=88)


def start_radius(stage):
    """Debian's configuration with one more user, and few of its modules."""
    raddb = stage.folder / "raddb"
    shutil.copytree("/etc/freeradius/3.0", raddb, symlinks=True)
    for link in (raddb / "mods-enabled").iterdir():
        if link.name in ("eap", "inner-tunnel"):
            link.unlink()
    for link in (raddb / "sites-enabled").iterdir():
        link.unlink()
    (raddb / "sites-enabled" / "default").write_text(
        "server default {\nlisten {\ntype = auth\nipaddr = *\nport = 1812\n}\n"
        "listen {\ntype = acct\nipaddr = *\nport = 1813\n}\n"
        "authorize {\nfiles\npap\n}\nauthenticate {\nAuth-Type PAP {\npap\n}\n}\naccounting {\nok\n}\n}\n")
    users = raddb / "mods-config" / "files" / "authorize"
    users.write_text('alice Cleartext-Password := "secret"\n\tReply-Message := "Hello"\n')
    (raddb / "clients.conf").write_text("client near {\nipaddr = 192.0.2.0/24\nsecret = testing123\n}\n")
    conf = raddb / "radiusd.conf"
    text = conf.read_text()
    for old in ("user = freerad", "group = freerad"):
        text = text.replace(f"\n\t{old}\n", "\n")
    conf.write_text(text.replace("/var/run", str(stage.folder)).replace("/var/log/freeradius", str(stage.folder)))
    stage.start("freeradius", "-f", "-l", "stdout", "-d", raddb, udp=(1812, 1813))


def talk(stage):
    folder = stage.folder
    stage.do("chronyd", "-Q", "-t", "4", "server time.example.org iburst maxsamples 2", "cmdport 0", "user root",
             f"pidfile {folder}/client.pid", ok=None)
    snmp = {"env": {**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "snmp-client"), "MIBS": ""}}
    stage.do("snmpget", "-v1", "-c", "public", "192.0.2.20", "1.3.6.1.2.1.1.5.0", **snmp)
    stage.do("snmpget", "-v2c", "-c", "public", "udp6:[2001:db8::20]", "1.3.6.1.2.1.1.5.0", **snmp)
    stage.do("snmpbulkwalk", "-v2c", "-c", "public", "192.0.2.20", "1.3.6.1.2.1.1", **snmp)
    stage.do("snmpget", "-v3", "-u", "alice", "-l", "authPriv", "-a", "SHA", "-A", "secret-secret", "-x", "AES", "-X",
             "secret-secret", "192.0.2.20", "1.3.6.1.2.1.1.5.0", **snmp)
    stage.do("logger", "-n", "192.0.2.20", "-P", "514", "-d", "-t", "example", "-p", "user.notice", "hello")
    stage.do("logger", "--rfc3164", "-n", "192.0.2.20", "-P", "514", "-d", "-t", "example", "hello")
    stage.do("logger", "-n", "192.0.2.20", "-P", "601", "-T", "--octet-count", "-t", "example", "hello")
    dhcp(stage)
    tls = {"env": {**os.environ, "LDAPTLS_REQCERT": "never"}}
    ldap = ["ldapsearch", "-x", "-LLL", "-b", "dc=example,dc=org"]
    stage.do(*ldap, "-H", "ldap://server.example.org", "(cn=alice)", **tls)
    stage.do(*ldap, "-H", "ldap://server.example.org", "-ZZ", "(cn=alice)", **tls)
    stage.do(*ldap, "-H", "ldap://server.example.org", "-D", "cn=admin,dc=example,dc=org", "-w", "secret", **tls)
    stage.do(*ldap, "-H", "ldaps://192.0.2.20", "(cn=alice)", **tls)
    for name in ("krb5.conf", "krb5-tcp.conf"):
        env = {**os.environ, "KRB5_CONFIG": str(folder / name), "KRB5CCNAME": f"FILE:{folder}/ccache"}
        stage.do("kinit", "alice", input="secret\n", env=env)
        stage.do("kvno", "host/server.example.org", env=env)
    stage.do("kinit", "nobody", input="secret\n", env=env, ok=(1,))
    radius = ["radtest", "-4", "alice"]
    stage.do(*radius, "secret", "192.0.2.20", "0", "testing123", ok=None)
    stage.do(*radius, "wrong", "192.0.2.20", "0", "testing123", ok=None)
    stage.do("radclient", "192.0.2.20:1813", "acct", "testing123",
             input='User-Name = "alice"\nAcct-Status-Type = Start\nAcct-Session-Id = "1"\nNAS-Identifier = "example"\n', ok=None)


def dhcp(stage):
    """Leases are asked for and given up; the addresses of the stage stay."""
    folder = stage.folder
    script = stage.write("dhclient-script", "#!/bin/sh\nexit 0\n", 0o755)
    conf = stage.write("dhclient.conf", 'send host-name "client";\nsend vendor-class-identifier "example";\n'
                       "request subnet-mask, routers, domain-name, ntp-servers;\n")
    for family in ("-4", "-6"):
        client = ["dhclient", family, "-1", "-sf", script, "-cf", conf, "-lf", folder / f"lease{family}",
                  "-pf", folder / f"dhclient{family}.pid"]
        stage.do(*client, "veth0")
        stage.do(*client[:2], "-r", *client[3:], "veth0", ok=None)
