//! The server's own certificate: made for the names a local account is reached by, kept in a
//! directory when one is given, and reused until it is about to end.
//! Certificate and key share one file, written beside and renamed into place, so that two servers
//! starting at once can never mix the halves of two pairs.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::CertificatePlace;

/// The names local accounts answer to: this machine by name and address, accounts by name, and the
/// name under which containers reach their host.
pub(crate) const SUBJECT_NAMES: [&str; 5] = [
    "localhost",
    "*.localhost",
    "127.0.0.1",
    "::1",
    "host.docker.internal",
];

const FILE_NAME: &str = "cosmokit-certificate.pem";
/// First line of the file; PEM readers skip it. The number is the end of validity in Unix seconds. Another line means
/// another list of names, and a new certificate.
const END_LINE: &str = "cosmokit self-signed certificate for *.localhost too, valid until ";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Below the 825 days after which some platforms refuse any server certificate.
const VALID_DAYS: u32 = 800;
const RENEW_BEFORE_DAYS: u32 = 30;

/// A certificate chain and its private key.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("the self-signed certificate could not be made")]
    Made(#[from] rcgen::Error),
    #[error("the certificate just made could not be read back")]
    ReadBack(#[from] rustls::pki_types::pem::Error),
}

/// Finds the certificate kept at `place`, or makes one and keeps it there.
///
/// # Errors
/// Only when no certificate can be made; a place that cannot be written costs the reuse and is
/// logged.
pub(crate) fn identity(
    place: &CertificatePlace,
    now: SystemTime,
) -> Result<Identity, CertificateError> {
    let CertificatePlace::Directory(directory) = place else {
        return Ok(parse(&make(now)?)?);
    };
    let path = directory.join(FILE_NAME);
    if let Some(kept) = read_kept(&path, now) {
        return Ok(kept);
    }
    let pem = make(now)?;
    if let Err(error) = keep(directory, &path, &pem) {
        tracing::warn!(path = %path.display(), %error, "the certificate cannot be kept; the next start makes a new one");
    }
    Ok(parse(&pem)?)
}

/// Makes a key pair and its certificate as the text of the file.
fn make(now: SystemTime) -> Result<String, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(SUBJECT_NAMES.map(str::to_owned))?;
    params
        .distinguished_name
        .push(DnType::CommonName, "cosmokit local account");
    params
        .extended_key_usages
        .push(ExtendedKeyUsagePurpose::ServerAuth);
    let today = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let end = today + DAY * VALID_DAYS;
    // One day back, for a peer whose clock is behind.
    params.not_before = date_time_ymd(1970, 1, 1) + today.saturating_sub(DAY);
    params.not_after = date_time_ymd(1970, 1, 1) + end;
    let certificate = params.self_signed(&key)?;
    Ok(format!(
        "{END_LINE}{}\n{}{}",
        end.as_secs(),
        certificate.pem(),
        key.serialize_pem()
    ))
}

fn parse(pem: &str) -> Result<Identity, rustls::pki_types::pem::Error> {
    let certificates =
        CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())?;
    Ok(Identity { certificates, key })
}

/// The kept certificate, unless it is missing, damaged or about to end.
fn read_kept(path: &Path, now: SystemTime) -> Option<Identity> {
    let pem = fs::read_to_string(path).ok()?;
    let end: u64 = pem
        .lines()
        .next()?
        .strip_prefix(END_LINE)?
        .trim()
        .parse()
        .ok()?;
    let end = UNIX_EPOCH.checked_add(Duration::from_secs(end))?;
    let left = end.duration_since(now).ok()?;
    if left < DAY * RENEW_BEFORE_DAYS {
        return None;
    }
    parse(&pem)
        .ok()
        .filter(|kept| !kept.certificates.is_empty())
}

/// Writes the file beside its place and renames it, readable by its owner only.
fn keep(directory: &Path, path: &Path, pem: &str) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&beside)
        .and_then(|mut file| {
            file.write_all(pem.as_bytes())
                .and_then(|()| file.sync_all())
        })
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Best effort: the error that matters is already in hand.
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32) -> SystemTime {
        UNIX_EPOCH + DAY * (20_000 + day)
    }

    struct Scratch(std::path::PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!(
                "cosmokit-self-signed-{}-{name}",
                std::process::id()
            ));
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }

        fn place(&self) -> CertificatePlace {
            CertificatePlace::Directory(self.0.clone())
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn memory_makes_a_new_one_each_time() {
        let first = identity(&CertificatePlace::Memory, at(0)).unwrap();
        let second = identity(&CertificatePlace::Memory, at(0)).unwrap();
        assert_eq!(first.certificates.len(), 1);
        assert_ne!(first.certificates, second.certificates);
    }

    #[test]
    fn a_directory_keeps_it_until_it_is_about_to_end() {
        let scratch = Scratch::new("kept");
        let first = identity(&scratch.place(), at(0)).unwrap();
        let table = [(1, true), (VALID_DAYS - RENEW_BEFORE_DAYS, true)];
        for (day, same) in table {
            let later = identity(&scratch.place(), at(day)).unwrap();
            assert_eq!(later.certificates == first.certificates, same, "day {day}");
        }
        let renewed = identity(&scratch.place(), at(VALID_DAYS - RENEW_BEFORE_DAYS + 1)).unwrap();
        assert_ne!(renewed.certificates, first.certificates);
        let left: Vec<_> = fs::read_dir(&scratch.0).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays behind: {left:?}");
    }

    #[test]
    fn a_damaged_file_is_replaced() {
        let scratch = Scratch::new("damaged");
        let first = identity(&scratch.place(), at(0)).unwrap();
        let path = scratch.0.join(FILE_NAME);
        let whole = fs::read_to_string(&path).unwrap();
        for damaged in ["", "garbage", &whole[..whole.len() / 2], &whole[40..]] {
            fs::write(&path, damaged).unwrap();
            let made = identity(&scratch.place(), at(0)).unwrap();
            assert_ne!(made.certificates, first.certificates);
            assert_eq!(
                identity(&scratch.place(), at(0)).unwrap().certificates,
                made.certificates
            );
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_still_gives_a_certificate() {
        let scratch = Scratch::new("refused");
        fs::create_dir_all(&scratch.0).unwrap();
        let file = scratch.0.join("a file, not a directory");
        fs::write(&file, "x").unwrap();
        let made = identity(&CertificatePlace::Directory(file), at(0)).unwrap();
        assert_eq!(made.certificates.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let scratch = Scratch::new("mode");
        identity(&scratch.place(), at(0)).unwrap();
        let mode = fs::metadata(scratch.0.join(FILE_NAME))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
