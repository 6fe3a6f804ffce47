# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL with psql, with TLS and without; MariaDB with its client."""

import shutil

POSTGRES = "/usr/lib/postgresql/15/bin"
PROGRAMS = [f"{POSTGRES}/initdb", "psql", "mariadbd", "mysql_install_db", "mysql", "setpriv"]
WHOLE = 12


def serve(stage):
    stage.certificate()
    stage.folder.joinpath("pg").mkdir()
    as_postgres = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    shutil.chown(stage.folder / "pg", "postgres", "postgres")
    stage.do(*as_postgres, f"{POSTGRES}/initdb", "-D", stage.folder / "pg", "-A", "trust", "-U", "alice", "--no-sync",
             side=stage.far, seconds=60)
    with (stage.folder / "pg" / "pg_hba.conf").open("a") as out:
        out.write("host all all all scram-sha-256\n")
    for name in ("cert.pem", "key.pem"):
        shutil.copy(stage.folder / name, stage.folder / "pg" / name)
        shutil.chown(stage.folder / "pg" / name, "postgres", "postgres")
        (stage.folder / "pg" / name).chmod(0o600)
    stage.start(*as_postgres, f"{POSTGRES}/postgres", "-D", stage.folder / "pg", "-c", "listen_addresses=*",
                "-c", "ssl=on", "-c", "ssl_cert_file=cert.pem", "-c", "ssl_key_file=key.pem", "-c", "fsync=off",
                "-c", f"unix_socket_directories={stage.folder}/pg", tcp=5432)
    stage.do("psql", "-h", stage.folder / "pg", "-U", "alice", "postgres", "-c",
             "alter role alice password 'secret'", "-c", "create database example", side=stage.far)
    stage.do("mysql_install_db", "--no-defaults", f"--datadir={stage.folder}/my", "--user=root",
             "--auth-root-authentication-method=normal", side=stage.far, seconds=60)
    stage.start("mariadbd", "--no-defaults", f"--datadir={stage.folder}/my", "--user=root", "--bind-address=*",
                f"--socket={stage.folder}/my.sock", f"--ssl-cert={stage.folder}/cert.pem",
                f"--ssl-key={stage.folder}/key.pem", tcp=3306)
    stage.do("mysql", "--no-defaults", f"--socket={stage.folder}/my.sock", side=stage.far,
             input="create database example; grant all on example.* to alice@'%' identified by 'secret';")


def talk(stage):
    def psql(mode, password="secret", ok=(0,)):
        stage.do("psql", f"host=server.example.org user=alice dbname=example password={password} sslmode={mode}",
                 "-c", "select 1", ok=ok)

    psql("disable")
    psql("prefer")
    psql("require")
    psql("disable", "wrong", (2,))
    mysql = ["mysql", "--no-defaults", "-h", "server.example.org", "-u", "alice", "-D", "example"]
    stage.do(*mysql, "-psecret", "--skip-ssl", "-e", "select 1")
    stage.do(*mysql, "-psecret", "--ssl", "-e", "select 1")
    stage.do(*mysql, "-pwrong", "--skip-ssl", "-e", "select 1", ok=(1,))
