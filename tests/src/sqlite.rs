//! What tests do to a database behind the server's back, by the `sqlite3` module of Python, which every test machine has: our
//! own crates hand out no SQL.

use std::path::Path;
use std::process::Command;

/// Runs one statement with these texts bound; its first column, one row per line.
///
/// # Panics
/// When it fails.
pub fn sqlite(database: &Path, sql: &str, bound: &[&str]) -> String {
    let script = "import sqlite3,sys\n\
                  db = sqlite3.connect(sys.argv[1], timeout=60)\n\
                  rows = db.execute(sys.argv[2], sys.argv[3:]).fetchall()\n\
                  db.commit()\n\
                  print('\\n'.join(str(row[0]) for row in rows))";
    let output = Command::new("python3").args(["-c", script]).arg(database).arg(sql).args(bound).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
