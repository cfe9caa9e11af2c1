//! The order of the start: folders, database, leftovers of an earlier run, socket, workers. What is not needed to listen
//! comes after listening.

use crate::backups::Scheduled;
use crate::compose::{self, Parts};
use crate::workers::Running;
use crate::{StartError, folders, listen, runtime, tls, workers};
use actix_web::dev::ServerHandle;
use actix_web::{App as Site, HttpServer};
use invoke_api::App;
use invoke_config::Settings;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// Requests mostly wait for blocking threads; more threads than these only cost memory.
const MOST_HTTP_THREADS: usize = 4;
/// How long a request under way may take when the server is told to stop.
const GRACE_SECONDS: u64 = 3;

/// A running server. Dropping it stops it at once; [`Server::stop`] lets it finish what it does.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    base_path: String,
    app: Arc<App>,
    http: Http,
    workers: Running,
    #[expect(dead_code, reason = "makes backups for as long as it lives")]
    backups: Scheduled,
}

#[derive(Debug)]
struct Http {
    handle: ServerHandle,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Server {
    /// Starts a server; when this returns it listens.
    ///
    /// # Errors
    /// When the root cannot be used, the database is refused, or the address cannot be listened on.
    pub fn start(settings: &Settings, parts: Parts) -> Result<Self, StartError> {
        let tls = tls::load(settings)?;
        folders::make(settings)?;
        let port = u16::try_from(settings.network.port.0).unwrap_or_default();
        let listener = listen::bind(&settings.network.host, port)?;
        let address = listener.local_addr().map_err(StartError::Threads)?;
        let loopback = listen::is_loopback(address.ip());
        let database = compose::open(settings, &parts)?;
        let settings = &runtime::changed(settings, &database)?;
        let app = Arc::new(compose::compose(settings, &parts, database, loopback)?);
        take_up_earlier_run(&app)?;
        if settings.models.starter_model {
            app.models.install_shipped(&parts.shipped);
        }
        measure_images(&app);
        warn_about_openness(&app, loopback);
        let backups = Scheduled::start(settings, &app.backups, Arc::clone(&parts.clock))?;
        let http = Http::start(listener, Arc::clone(&app), tls)?;
        let workers = workers::start(settings, parts, &app)?;
        index_texts(&app);
        Ok(Self { address, base_path: app.web.base_path.clone(), app, http, workers, backups })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to type into a browser on this machine.
    pub fn url(&self) -> String {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let scheme = if self.app.web.https { "https" } else { "http" };
        format!("{scheme}://{}{}", SocketAddr::new(ip, self.address.port()), self.base_path)
    }

    /// The shared state, for tests that look behind the API.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Answers the requests under way, then ends. Items that run are taken up again at the next start.
    pub fn stop(mut self) {
        self.http.stop(true);
        self.workers.stop(&self.app);
        if let Err(error) = self.app.database.settle() {
            tracing::warn!(error = &error as &dyn std::error::Error, "the journal of the database stays beside it");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.http.stop(false);
        self.workers.stop(&self.app);
    }
}

impl Http {
    fn start(listener: TcpListener, app: Arc<App>, tls: Option<rustls::ServerConfig>) -> Result<Self, StartError> {
        let configure = invoke_api::configure(app);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_HTTP_THREADS);
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::Builder::new().name("http".to_owned()).spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || Site::new().configure(configure.clone()))
                    .workers(threads)
                    .shutdown_timeout(GRACE_SECONDS)
                    .keep_alive(Duration::from_secs(75))
                    .disable_signals();
                let server = match tls {
                    Some(tls) => server.listen_rustls_0_23(listener, tls)?,
                    None => server.listen(listener)?,
                }
                .run();
                // Nobody waits for the handle any more: there is nothing to serve for.
                let _ = sender.send(server.handle());
                server.await
            })
        });
        let thread = thread.map_err(StartError::Threads)?;
        match receiver.recv() {
            Ok(handle) => Ok(Self { handle, thread: Some(thread) }),
            Err(_) => Err(StartError::Threads(failure_of(thread))),
        }
    }

    fn stop(&mut self, graceful: bool) {
        let Some(thread) = self.thread.take() else { return };
        // The command is sent at once; its answer comes when the thread ends, which is waited for below.
        drop(self.handle.stop(graceful));
        if let Ok(Err(error)) = thread.join() {
            tracing::error!("the server ended with an error: {error}");
        }
    }
}

fn failure_of(thread: JoinHandle<std::io::Result<()>>) -> std::io::Error {
    match thread.join() {
        Ok(Err(error)) => error,
        Ok(Ok(())) | Err(_) => std::io::Error::other("the thread ended before it listened"),
    }
}

/// Puts right what an end without goodbye left behind, before anybody can ask for it.
fn take_up_earlier_run(app: &App) -> Result<(), StartError> {
    let removed = app.images.sweep_leftovers()?;
    if removed > 0 {
        tracing::info!(removed, "removed the files of images that were never finished or had been deleted");
    }
    app.images.recover_moves()?;
    let removed = app.leftovers.sweep()?;
    if removed > 0 {
        tracing::info!(removed, "removed the files of accounts that had been removed");
    }
    let orphans = app.accounts.adopt_orphans()?;
    if orphans > 0 {
        tracing::info!(orphans, "content of accounts that are gone belongs to `system` now; administrators see it");
    }
    let hidden = invoke_library::enter_mode(&app.database, app.web.multiuser)?;
    if hidden > 0 {
        tracing::info!(hidden, "what was made without accounts is for administrators now");
    }
    app.queue.recover_at_start()?;
    app.workflows.sync_shipped()?;
    app.presets.sync_shipped()?;
    Ok(())
}

/// Makes images that another program stored findable by their texts. Many take a while, so nobody waits for it.
fn index_texts(app: &App) {
    let images = app.images.clone();
    let begun = std::thread::Builder::new().name("index".to_owned()).spawn(move || {
        if let Err(error) = images.index_texts() {
            tracing::error!(%error, "images of another program can not be found by their texts");
        }
    });
    if let Err(error) = begun {
        tracing::error!(%error, "no thread for indexing images");
    }
}

/// Measures images whose size is not known, on a thread of its own: there may be many, and nothing waits for it.
fn measure_images(app: &App) {
    let images = app.images.clone();
    std::thread::spawn(move || match images.measure() {
        Ok(measured) => tracing::debug!(measured, "images were measured"),
        Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "images could not be measured"),
    });
}

fn warn_about_openness(app: &App, loopback: bool) {
    if !loopback && !app.web.multiuser {
        tracing::warn!(
            "ANYBODY who reaches this address may use and delete everything: single-user mode asks for no password. \
             Set `multiuser: true`, or `host: 127.0.0.1`"
        );
    }
}
