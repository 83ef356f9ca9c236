//! The way from a page to a photo, as a link that survives when both are moved together.

use std::path::{Component, Path};

/// The relative address of a file, seen from a page; nothing where the path is no file (a member of an archive, stdin) or
/// on another drive.
pub fn link(page: &Path, photo: &Path) -> Option<String> {
    if !photo.is_file() {
        return None;
    }
    let page = std::path::absolute(page).ok()?;
    let folder = page.parent()?;
    relative(folder, &std::path::absolute(photo).ok()?).or_else(|| {
        let photo = photo.parent()?.join(".").canonicalize().ok()?.join(photo.file_name()?);
        relative(&folder.canonicalize().ok()?, &photo)
    })
}

/// Both absolute.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let (from, to) = (from.components().collect::<Vec<_>>(), to.components().collect::<Vec<_>>());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return None;
    }
    // A folder above one that may be a link is not the one that the path says.
    let is_plain = |part: &Component| matches!(part, Component::Normal(_));
    if !from[common..].iter().chain(&to[common..]).all(is_plain) {
        return None;
    }
    let up = from[common..].iter().map(|_| "..".to_owned());
    let down = to[common..].iter().map(|part| encoded(part.as_os_str().as_encoded_bytes()));
    let parts: Vec<String> = up.chain(down).collect();
    // A name that holds a colon is no scheme.
    Some(format!("./{}", parts.join("/")))
}

/// A name in an address: everything but letters, digits and a few marks as `%XX`.
fn encoded(name: &[u8]) -> String {
    let character = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(*byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.iter().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn links_are_relative_and_harmless() {
        let link = |from: &str, to: &str| relative(Path::new(from), Path::new(to)).unwrap();
        assert_eq!(link("/a/b", "/a/b/c/photo.jpg"), "./c/photo.jpg");
        assert_eq!(link("/a/b", "/a/d/my cat #1?.jpg"), "./../d/my%20cat%20%231%3F.jpg");
        assert_eq!(link("/a", "/a/javascript:alert(1)"), "./javascript%3Aalert%281%29");
        assert_eq!(relative(Path::new("/a/../b"), Path::new("/c/x.jpg")), None);
    }

    #[test]
    fn a_path_that_goes_up_leads_to_the_file_that_it_means() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["pages", "photos"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("photos/a.jpg"), "x").unwrap();
        let page = folder.path().join("pages/report.html");
        let photo = folder.path().join("pages/../photos/a.jpg");
        assert_eq!(link(&page, &photo).unwrap(), "./../photos/a.jpg");
    }

    #[test]
    fn what_is_no_file_has_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("größe.jpg");
        std::fs::write(&photo, "x").unwrap();
        let page = folder.path().join("pages/report.html");
        assert_eq!(link(&page, &photo).unwrap(), "./../gr%C3%B6%C3%9Fe.jpg");
        assert_eq!(link(&page, &folder.path().join("a.tar/b.jpg")), None);
    }
}
