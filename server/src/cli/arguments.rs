//! What can be asked for at the command line, and the help that explains it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use marking::code::Form;

use crate::auth::Role;
use crate::keys::Purpose;

/// The register of marking codes: what goods are, whether they may be sold, and a way to complain.
#[derive(Parser)]
#[command(
    name = "tanba",
    version,
    max_term_width = 100,
    after_help = "Settings come from the environment; `tanba serve --help` lists them.\n\
        Exit codes: 0 done, 1 refused or failed, 2 not understood, 3 a store is away (try again)."
)]
pub(super) struct Arguments {
    /// Start private stores in the data folder in place of those whose address is not set, for development.
    #[arg(long, global = true)]
    pub(super) private_stores: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

const SERVE_HELP: &str = "\
Settings (environment):
  TANBA_LISTEN                address and port [127.0.0.1:8080]
  TANBA_ADMIN_LISTEN          address and port of metrics and the state of the stores, for your own network [nowhere]
  TANBA_DATA_DIR              folder of the private stores, photos and the master key [var]
  TANBA_DATABASE_URL          PostgreSQL; --private-stores starts one in the data folder instead;
                              sslmode=verify-full demands TLS and the right certificate
  TANBA_DATABASE_REPLICA_URL  a streaming replica of it, asked while Redis is away
  TANBA_REDIS_URL             Redis; --private-stores starts one instead; several nodes of a cluster with commas between;
                              rediss:// for TLS
  TANBA_STORES_CA             a file of certificates (PEM) by which both are known [the system's]
  TANBA_REDIS_PREFIX          prefix of every Redis key [tanba:]
  TANBA_PUBLIC_URL            address by which the world knows the service, for links on labels
  TANBA_HOSTS                 other names by which it is asked, with commas between; once TANBA_PUBLIC_URL is set,
                              requests for any other host are refused
  TANBA_SECURITY_CONTACT      mailto: or https: address for /.well-known/security.txt; without it there is none
  TANBA_TILES_URL             tiles of maps, an address with {z}, {x} and {y}; else outlines only
  TANBA_MASTER_KEY            32 bytes in Base64 that encrypt the keys at rest; else a file
                              master.key in the data folder
  TANBA_TRUSTED_PROXIES       networks whose X-Forwarded-For is believed, with commas between
  TANBA_ALLOWED_ORIGINS       web origins that may call from a browser, with commas between
  TANBA_PHOTOS_URL            where photos go, s3://bucket/prefix, reached as AWS_REGION, AWS_ENDPOINT_URL,
                              AWS_ACCESS_KEY_ID and the like say; else a folder in the data folder
  TANBA_ERASURES_URL          where it is noted which reports were erased, s3://bucket/prefix, to erase them
                              again after a restore; else a folder in the data folder
  TANBA_DEMO                  1 serves demo goods, as --demo does
  TANBA_THREADS               HTTP threads [one a core]
  TANBA_DATABASE_CONNECTIONS  connections to PostgreSQL [16]
  TANBA_LIMIT_DEVICE          requests a minute from one device or account [600]
  TANBA_LIMIT_PREFIX          requests a minute from one network [6000]
  TANBA_LIMIT_BATCHES         batches of questions a minute from one network [60]
  TANBA_LIMIT_GLOBAL          requests a minute from everybody [3000000]
  TANBA_LIMIT_REPORTS         reports a day from one network [500]
  TANBA_LIMIT_REPORT_BYTES    bytes of reports a day from one network [2147483648]
  TANBA_LATENESS_MS           how late a thread may be before documents are told to come back [250]
  TANBA_DRAIN_SECONDS         how long it says that it is not ready before it stops [0]
  TANBA_KEEP_EXACT_DAYS       days until places of scans are rounded, and those of decided reports with
                              their contacts [90]
  TANBA_KEEP_SCANS_DAYS       days until scans are gone [730]
  TANBA_KEEP_REPORTS_DAYS     days from a decision until all that the reporter gave is gone [1095]
  TANBA_IDLE_MINUTES          minutes until an unused session of staff ends [60]
  TANBA_IDLE_PARTICIPANT_MINUTES
                              the same for clerks and participants [240]
  TANBA_UNUSED_DAYS           days until an unused account of staff is disabled; 0: never [90]
  TANBA_UNUSED_PARTICIPANT_DAYS
                              the same for clerks and participants [180]
  TANBA_PUSH_HOSTS            push services that may be asked to tell people of answers to their reports, with commas
                              between, *. for all below a host; none: nobody is told [those of the browsers' makers]
  TANBA_WEBHOOK_URL           another system that is told of alerts, with a signature under the secret
  TANBA_WEBHOOK_SECRET        that secret, 16 characters or more
  TANBA_AUDIT_ANCHOR_FILE     file that a signed head of the audit is appended to each minute; keep it on
                              storage that the database's administrators cannot write
  TANBA_AUDIT_ANCHOR_URL      address that the same is sent to, a field `anchor` of JSON
  TANBA_LANG                  language of the command line: kk, ru or en [the system's]
  RUST_LOG                    what is logged, as JSON on standard error [warn on a terminal, else info]

Processes on several machines share TANBA_DATABASE_URL, TANBA_REDIS_URL, TANBA_PHOTOS_URL and TANBA_MASTER_KEY.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Serve the register over HTTP until Ctrl-C or SIGTERM.
    ///
    /// Brings the database up to date first. Needs the addresses of PostgreSQL and Redis, or --private-stores, which starts
    /// what has no address and stops it last. What was asked before the signal is still answered.
    #[command(after_long_help = SERVE_HELP)]
    Serve(Serve),
    /// Do the work that requests leave behind: refresh the snapshot, link the audit, forget what is old.
    ///
    /// `tanba serve` does this too, unless it is told --no-work. Any number of workers may run.
    Work,
    /// Load demo goods, if they are not there yet, and print who may sign in.
    ///
    /// Companies, people, goods and a code for every verdict and reason; `tanba serve --demo` does this too, and shows
    /// the codes at /demo.
    Demo,
    /// Bring the database up to this version's tables.
    ///
    /// `tanba serve` and `tanba work` do this too, where their role owns the tables. Where it does not, this is run first,
    /// by the role that does.
    Migrate(Migrate),
    /// Manage the accounts of clerks, inspectors, participants, operators and auditors.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Manage the keys that seal codes and sign access tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Read marking codes: JSON strings on standard input, one a line, a JSON object a line on standard output.
    #[command(after_help = "\
Each line is answered with {\"ok\":true,\"kind\":…,\"elements\":…} or {\"ok\":false,\"error\":slug,\"at\":byte}.
Example: echo '\"(01)04600840749372(21)abc\"' | tanba parse")]
    Parse(Parse),
    /// Read the codes on pictures: a JSON object a file on standard output.
    #[command(after_help = "\
Each file is answered with {\"file\":…,\"codes\":[{\"text\":…,\"format\":…,\"symbology\":…,\"corners\":…}],\"ms\":…}, or with
{\"file\":…,\"error\":slug}. GS stays 0x1D in the text; ms is the time of reading, without that of opening the file.
Ends with 1 when a file can't be opened.")]
    Decode(Decode),
    /// Look after the country's regions.
    #[command(subcommand)]
    Regions(RegionsCommand),
    /// Make and restore encrypted backups.
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Look after what was erased.
    #[command(subcommand)]
    Erasures(ErasuresCommand),
    /// Look after the audit.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the HTTP contract (OpenAPI 3.1) as YAML.
    Openapi,
}

#[derive(Args)]
pub(super) struct Migrate {
    /// Let this role of PostgreSQL do what the service does: read and write, append to the audit, change no table.
    #[arg(long, value_name = "ROLE")]
    pub(super) grant_to: Option<String>,
}

#[derive(Args)]
pub(super) struct Serve {
    /// Load demo goods the first time, and serve /demo.
    #[arg(long)]
    pub(super) demo: bool,
    /// Leave the work to `tanba work`.
    #[arg(long)]
    pub(super) no_work: bool,
    /// Serve over HTTPS on the local network, too, with a certificate of its own making, to try the app on a phone.
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "8443")]
    pub(super) lan: Option<u16>,
    /// Write the log to this file, anew at each start, instead of standard error.
    #[arg(long, value_name = "FILE")]
    pub(super) log_file: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct Parse {
    /// The form of the texts: auto, scan (as a scanner sends it), bracketed, raw (`^` for FNC1) or link.
    #[arg(long, default_value = "auto", value_name = "FORM")]
    pub(super) form: Form,
    /// Repair nothing.
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Args)]
pub(super) struct Decode {
    /// Pictures: JPEG, PNG or `WebP`.
    #[arg(required = true, value_name = "FILES")]
    pub(super) files: Vec<PathBuf>,
    /// Read each as a single camera frame.
    #[arg(long)]
    pub(super) live: bool,
    /// Give up on a picture after so many milliseconds [150; with --live 15]
    #[arg(long, value_name = "MS")]
    pub(super) budget_ms: Option<u64>,
}

#[derive(Subcommand)]
pub(super) enum RegionsCommand {
    /// Replace all boundaries by those of a GeoJSON file.
    ///
    /// Each feature needs a Polygon or MultiPolygon and the property `kato`; names are read from `name_kk`, `name_ru` and
    /// `name_en` (or `adm1_kk` and so on). Services that run learn of them within a minute.
    Import {
        /// The file.
        file: std::path::PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum BackupCommand {
    /// Make an identity that opens backups, and print its recipient, to whom they are encrypted.
    ///
    /// Needs no store: make it on a machine without a network, and keep the file there. `age-keygen` makes the same.
    Key {
        /// The file to write; it must not be there yet.
        file: PathBuf,
    },
    /// Write the register and its photos into a new folder, encrypted to recipients in the format of age.
    ///
    /// Nothing is written unencrypted on the way. The master key is no part of it, nor is Redis.
    Create {
        /// To whom: age1…; may be given several times.
        #[arg(long, required = true, value_name = "RECIPIENT")]
        recipient: Vec<crate::backup::Recipient>,
        /// The folder in which the backup's own folder is made.
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
    /// Restore a backup into an empty database, then erase again what has been erased since.
    Restore {
        /// The backup's folder.
        #[arg(long, value_name = "FOLDER")]
        from: PathBuf,
        /// The file with the identity that opens it.
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum ErasuresCommand {
    /// Erase again whatever was erased before and is there still, as the worker does when it finds an older state.
    Replay,
}

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Check that no record was changed or removed; ends with 1 and the first broken record otherwise.
    Verify {
        /// Heads of the chain that were kept elsewhere: the anchors' file, or a log that holds them. Finds records that were
        /// cut off, and a chain that was computed anew by somebody who has the key.
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
}

/// What belongs to a role.
#[derive(Args)]
pub(super) struct Ties {
    /// BIN or IIN of the participant, for clerks and participants.
    #[arg(long, value_name = "BIN")]
    pub(super) participant: Option<String>,
    /// KATO code of the region, for inspectors: 750000000 is Almaty.
    #[arg(long, value_name = "KATO")]
    pub(super) region: Option<String>,
}

#[derive(Subcommand)]
pub(super) enum AccountCommand {
    /// Add an account, and print the secret of its second factor, once.
    ///
    /// The password is asked for without showing it, or read from the first line of standard input. It needs twelve
    /// characters, and must not be a common one.
    Add {
        /// What the person types to sign in: small Latin letters, digits, dots, hyphens, underscores, @.
        login: String,
        /// clerk, inspector, participant, operator or auditor.
        #[arg(long, value_name = "ROLE")]
        role: Role,
        #[command(flatten)]
        ties: Ties,
    },
    /// List all accounts.
    List,
    /// Let nobody sign in with an account any more, and end its sessions.
    Disable {
        /// The account.
        login: String,
    },
    /// Let a disabled account sign in again.
    Enable {
        /// The account.
        login: String,
    },
    /// Give an account another role, and end its sessions.
    Role {
        /// The account.
        login: String,
        /// clerk, inspector, participant, operator or auditor.
        role: Role,
        #[command(flatten)]
        ties: Ties,
    },
    /// Give an account another password, and end its sessions. It is read as `account add` reads it.
    Password {
        /// The account.
        login: String,
    },
    /// Give an account another second factor, for a person who has lost theirs, and end its sessions.
    SecondFactor {
        /// The account.
        login: String,
    },
}

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// List all keys, without their secrets.
    List,
    /// Make the next key for a purpose.
    ///
    /// It signs half a minute later, when all processes know it; the old one goes on verifying.
    Rotate {
        /// token, or seal:GROUP such as seal:shoes.
        #[arg(required_unless_present = "due")]
        purpose: Option<Purpose>,
        /// Rotate every key that ends within a week. The service does so by itself.
        #[arg(long, conflicts_with = "purpose")]
        due: bool,
    },
    /// End the trust in a key: codes and tokens under it hold no longer.
    ///
    /// Makes a successor if it was in use. Phones learn of it with the next list: `keys sign`.
    Revoke {
        /// The key, as `keys list` names it.
        key: String,
    },
    /// Make the root that signs the lists of keys for phones, and print its public half, which goes into apps.
    ///
    /// Needs no store: make it on a machine without a network, and keep the file there.
    Root {
        /// The file to write; it must not be there yet.
        file: PathBuf,
    },
    /// Print the next list of keys for phones, to be signed where the root is.
    Export,
    /// Sign a list of keys for phones.
    ///
    /// With --list it needs no store: it signs what `keys export` printed and prints what `keys publish` takes.
    /// Without it the list is made, signed and published in one go.
    Sign {
        /// The file with the root.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// What `keys export` printed; - reads standard input.
        #[arg(long, value_name = "FILE")]
        list: Option<PathBuf>,
    },
    /// Publish a list that was signed elsewhere.
    ///
    /// Its version must be higher than that of the latest, and its root the same.
    Publish {
        /// What `keys sign --list` printed; - reads standard input.
        list: PathBuf,
        /// The public half of the root, which `keys root` printed.
        #[arg(long, value_name = "HEX")]
        root: String,
    },
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_help_of_serve_names_every_setting() {
        let named = |text: &'static str| -> BTreeSet<&str> {
            let words = text.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_');
            words.filter(|word| word.len() > 6 && word.starts_with("TANBA_")).collect()
        };
        assert_eq!(named(include_str!("../platform/config.rs")), named(SERVE_HELP));
    }
}
