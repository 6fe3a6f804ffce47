# SPDX-License-Identifier: Apache-2.0
"""OpenSMTPD and dovecot with swaks, curl and openssl: SMTP, IMAP and POP3, plain, upgraded, and TLS from the start."""

PROGRAMS = ["smtpd", "dovecot", "swaks", "curl", "openssl"]

SMTPD = """
pki server cert "{folder}/cert.pem"
pki server key "{folder}/private.pem"
listen on 192.0.2.20 port 25 tls pki server hostname mail.example.org
listen on 192.0.2.20 port 465 smtps pki server hostname mail.example.org
action "drop" expand-only alias { "root" = "error:550 example" }
match from any for any reject
"""
DOVECOT = """
protocols = imap pop3
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
listen = 192.0.2.20, 2001:db8::20
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
default_internal_user = root
default_login_user = nobody
default_internal_group = root
first_valid_uid = 0
passdb { 
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home={folder}/home/%n
}
mail_location = maildir:~/Maildir
service anvil {
  chroot =
}
"""


def serve(stage):
    stage.certificate()
    private = stage.folder / "private.pem"
    private.write_bytes((stage.folder / "key.pem").read_bytes())
    private.chmod(0o600)
    for folder in ("run", "home"):
        (stage.folder / folder).mkdir()
        (stage.folder / folder).chmod(0o777)
    stage.start("dovecot", "-F", "-c", stage.write("dovecot.conf", DOVECOT), tcp=(143, 110, 993, 995))
    stage.start("smtpd", "-d", "-f", stage.write("smtpd.conf", SMTPD), tcp=(25, 465))


def talk(stage):
    def curl(*words, ok=(0,)):
        stage.do("curl", "-sk", "--max-time", "10", *words, ok=ok)

    def upgrade(kind, port, input="quit\r\n"):
        stage.do("openssl", "s_client", "-quiet", "-starttls", kind, "-connect", f"mail.example.org:{port}",
                 "-servername", "mail.example.org", input=input, ok=None)

    swaks = ["swaks", "--server", "mail.example.org", "--to", "bob@example.net", "--from", "alice@example.org",
             "--helo", "client.example.org"]
    stage.do(*swaks, ok=None)  # rejected
    stage.do(*swaks, "--tls", ok=None)
    stage.do(*swaks, "--tls-on-connect", "--port", "465", ok=None)
    upgrade("smtp", 25)
    login = ["-u", "alice:secret"]
    curl(*login, "imap://mail.example.org/", "-X", "CAPABILITY")
    curl("-6", *login, "--ssl-reqd", "imap://mail.example.org/", "-X", "NOOP")
    curl(*login, "imaps://mail.example.org/", "-X", "NOOP")
    upgrade("imap", 143, "a logout\r\n")
    curl(*login, "pop3://mail.example.org/")
    curl(*login, "--ssl-reqd", "pop3://mail.example.org/")
    curl("-6", *login, "pop3s://mail.example.org/")
    upgrade("pop3", 110)
