//! PostgreSQL and Redis that speak TLS, and the authority that vouches for them.

use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::replica::{owner, program};

const PATIENCE: Duration = Duration::from_mins(1);

/// A certificate authority with one server's certificate, for `localhost` and 127.0.0.1.
pub struct Authority {
    folder: PathBuf,
}

impl Authority {
    /// Makes both, in this folder, as files of this user and group.
    pub fn new(folder: &Path, (user, group): (u32, u32)) -> Self {
        std::fs::create_dir_all(folder).expect("a folder for certificates");
        let openssl = |words: &[&str]| {
            let made = Command::new("openssl").args(words).current_dir(folder).stderr(Stdio::null()).status();
            assert!(made.expect("openssl is installed").success(), "{words:?}");
        };
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let ca = ["req", "-x509", "-days", "2", "-subj", "/CN=Tests", "-keyout", "ca.key", "-out", "ca.pem"];
        openssl(&[&ca[..], &key].concat());
        let request = ["req", "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr"];
        openssl(&[&request[..], &key].concat());
        std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1").expect("a file");
        openssl(&[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "names",
            "-out",
            "server.pem",
        ]);
        for file in ["server.key", "server.pem", "ca.pem"] {
            let path = folder.join(file);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
            chown(path, Some(user), Some(group)).expect("it can be given away");
        }
        chown(folder, Some(user), Some(group)).expect("it can be given away");
        Self { folder: folder.to_owned() }
    }

    /// Its own certificate, as `TANBA_STORES_CA` holds it.
    pub fn pem(&self) -> Vec<u8> {
        std::fs::read(self.folder.join("ca.pem")).expect("it was made")
    }

    fn path(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }
}

/// A PostgreSQL that takes encrypted connections only; ended when dropped.
pub struct TlsPostgres {
    process: Child,
    /// Where it listens, on 127.0.0.1 and 127.0.0.2.
    pub port: u16,
}

impl TlsPostgres {
    /// Starts one in an empty folder, as the user that runs the private PostgreSQL behind this address.
    pub async fn start(database_url: &str, folder: &Path, authority: &Authority) -> Self {
        let (user, group) = owner(database_url);
        std::fs::create_dir_all(folder).expect("a folder");
        chown(folder, Some(user), Some(group)).expect("it can be given away");
        let data = folder.join("data");
        let command = |name: &str| {
            let mut command = program(name);
            command.uid(user).gid(group).current_dir(folder).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let mut initdb = command("initdb");
        initdb.args(["-U", "tanba", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D"]).arg(&data);
        let made = initdb.status().expect("initdb starts");
        assert!(made.success(), "initdb: {made}");
        std::fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.0/8 trust\n").expect("a file");
        let port = free_port();
        let mut postgres = command("postgres");
        postgres.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1,127.0.0.2"]);
        postgres.args([
            "-c",
            "fsync=off",
            "-c",
            "ssl=on",
            "-c",
            &format!("ssl_cert_file={}", authority.path("server.pem")),
        ]);
        postgres.args(["-c", &format!("ssl_key_file={}", authority.path("server.key"))]);
        postgres.arg("-c").arg(format!("unix_socket_directories={}", folder.display()));
        let process = postgres.spawn().expect("postgres starts");
        await_port(port).await;
        Self { process, port }
    }
}

impl Drop for TlsPostgres {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A Redis that takes encrypted connections only; ended when dropped.
pub struct TlsRedis {
    process: Child,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
}

impl TlsRedis {
    /// Starts one; with `cluster` it is the only node of a cluster.
    pub async fn start(authority: &Authority, cluster: bool) -> Self {
        let port = free_port();
        let mut redis = Command::new("redis-server");
        redis.args(["--port", "0", "--tls-port", &port.to_string(), "--bind", "127.0.0.1", "--tls-auth-clients", "no"]);
        redis.args(["--tls-cert-file", &authority.path("server.pem"), "--tls-key-file", &authority.path("server.key")]);
        redis.args(["--tls-ca-cert-file", &authority.path("ca.pem"), "--save", "", "--appendonly", "no"]);
        redis.args(["--dir", &authority.folder.display().to_string(), "--dbfilename", &format!("{port}.rdb")]);
        if cluster {
            redis.args([
                "--cluster-enabled",
                "yes",
                "--tls-cluster",
                "yes",
                "--cluster-port",
                &free_port().to_string(),
            ]);
            redis.args(["--cluster-config-file", &format!("{port}.conf")]);
        }
        let process = redis.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let redis = Self { process: process.expect("redis-server is installed"), port };
        await_port(port).await;
        if cluster {
            let mut cli = Command::new("redis-cli");
            cli.args(["-p", &port.to_string(), "--tls", "--cacert", &authority.path("ca.pem"), "cluster"]);
            let told = cli.args(["addslotsrange", "0", "16383"]).stdout(Stdio::null()).status();
            assert!(told.expect("redis-cli is installed").success(), "the node takes all slots");
        }
        redis
    }
}

impl Drop for TlsRedis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn await_port(port: u16) {
    let started = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(started.elapsed() < PATIENCE, "nobody listens on {port}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there are free ports");
    listener.local_addr().expect("it has an address").port()
}
