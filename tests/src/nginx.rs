//! A real nginx in front of a test server: Debian's, with its files in a temporary folder, on a free port of this machine.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const BINARY: &str = "/usr/sbin/nginx";

/// A running nginx, ended when dropped.
#[derive(Debug)]
pub struct Nginx {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Nginx {
    /// Starts with one `server { … }`, in which `PORT` stands for the port to listen on.
    ///
    /// # Panics
    /// When nginx is not there, or does not accept the configuration.
    pub fn start(server: &str) -> Self {
        assert!(std::path::Path::new(BINARY).exists(), "{BINARY} is missing: apt-get install nginx");
        for _ in 0..10 {
            if let Some(started) = Self::try_start(server) {
                return started;
            }
        }
        panic!("nginx does not start with:\n{server}")
    }

    /// `None` when another program took the port in the meantime.
    fn try_start(server: &str) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let path = folder.path().display();
        // Everything nginx writes goes below the folder; the user matters only where a test runs as root.
        let text = format!(
            "user root;\ndaemon off;\nworker_processes 1;\npid {path}/pid;\nerror_log {path}/error.log;\n\
             events {{}}\nhttp {{\naccess_log off;\nclient_body_temp_path {path}/body;\nproxy_temp_path {path}/proxy;\n\
             fastcgi_temp_path {path}/fastcgi;\nuwsgi_temp_path {path}/uwsgi;\nscgi_temp_path {path}/scgi;\n{}\n}}\n",
            server.replace("PORT", &port.to_string())
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new(BINARY);
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).arg("-e").arg(folder.path().join("error.log"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        loop {
            if child.try_wait().unwrap().is_some() {
                let log = std::fs::read_to_string(folder.path().join("error.log")).unwrap_or_default();
                assert!(log.contains("Address already in use"), "{log}");
                return None;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(Self { child, port, _folder: folder });
            }
            std::thread::yield_now();
        }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its worker ends with it.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}
