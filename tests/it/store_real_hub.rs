//! Situations of the real Hub, its mirrors and real networks, with the real binary and a hub on the loopback.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::home::{FILE, Home, MODEL, assert_refused, assert_succeeds, text, toy, toy_hub};
use crate::support::loopback::{COMMIT, Fault, Hub, REPO, sha256};

const CLASSIFY: [&str; 4] = ["classify", "--model", MODEL, "fixtures/photos/cat.jpg"];

/// A listing of the repository with the checksum of its file, as the Hub gives it for `?blobs=true`.
fn listing() -> &'static str {
    let (sum, size) = (sha256(&toy()), toy().len());
    let file = format!(r#"{{"rfilename": "{FILE}", "lfs": {{"sha256": "{sum}", "size": {size}}}}}"#);
    format!(r#"{{"sha": "{COMMIT}", "siblings": [{file}]}}"#).leak()
}

#[test]
fn a_login_that_expired_does_not_stand_in_the_way_of_public_weights() {
    for first in ["/api/", "resolve"] {
        let (hub, home) = (toy_hub(), Home::new());
        hub.fault(if first == "/api/" { "GET" } else { "HEAD" }, first, 1, Fault::Status(401, ""));
        let model = if first == "/api/" { MODEL.to_owned() } else { format!("{MODEL}/{FILE}") };
        let mut command = home.nasnet(&hub, &["weights", "fetch", &model]);
        let output = command.env("HF_TOKEN", "hf_expired").output().unwrap();
        assert_succeeds(&output);
        let said = text(&output.stderr);
        assert!(said.contains("refuses the access token (401)") && !said.contains("hf_expired"), "{said}");
        assert_eq!(said.matches("access token").count(), 1, "{said}");
        let sent: Vec<bool> = hub.seen().iter().map(|seen| seen.header("authorization").is_some()).collect();
        assert!(sent[0] && sent[1..].iter().all(|sent| !sent), "only the first request carries it: {sent:?}");
        assert_eq!(hub.seen()[0].path, hub.seen()[1].path);
        assert_eq!(fs::read(home.blob()).unwrap(), toy());
    }
}

#[test]
fn a_token_that_is_refused_where_one_is_needed_is_named_as_the_reason() {
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("HEAD", "", 9, Fault::Status(401, "X-Error-Code: GatedRepo\r\n"));
    let mut command = home.nasnet(&hub, &["weights", "fetch", &format!("{MODEL}/{FILE}")]);
    let output = command.env("HF_TOKEN", "hf_expired").output().unwrap();
    assert_refused(
        &output,
        &["owner/toy is gated (401)", "the Hub refuses the access token", "may have expired"],
    );
    assert_eq!(hub.seen().len(), 2, "once with it, once without");
}

#[test]
fn no_token_is_sent_where_implicit_tokens_are_disabled() {
    let (hub, home) = (toy_hub(), Home::new());
    fs::create_dir_all(home.path("hf")).unwrap();
    fs::write(home.path("hf/token"), "hf_file").unwrap();
    let mut command = home.nasnet(&hub, &["weights", "fetch", MODEL]);
    command.env("HF_TOKEN", "hf_x").env("HF_HOME", home.path("hf"));
    assert_succeeds(&command.env("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1").output().unwrap());
    assert!(hub.seen().iter().all(|seen| seen.header("authorization").is_none()), "{:?}", hub.seen());
}

#[test]
fn a_rate_limit_says_how_long_to_wait() {
    for lines in ["RateLimit: \"resolvers\";r=0;t=1\r\n", "ratelimit: r=0;t=1\r\nRetry-After: 0\r\n"] {
        let (hub, home) = (toy_hub(), Home::new());
        hub.fault("GET", "resolve", 1, Fault::Status(429, lines));
        let began = Instant::now();
        assert_succeeds(&home.fetch(&hub));
        assert!(began.elapsed() >= Duration::from_secs(1), "{lines}");
        assert_eq!(hub.gets().len(), 2);
    }
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault(
        "GET",
        "resolve",
        9,
        Fault::Status(429, "RateLimit: \"api\";r=9;t=5, \"resolvers\";r=0;t=3600\r\n"),
    );
    assert_refused(&home.fetch(&hub), &["the server answers 429", "a wait of 3600 s", "limit of 90 s"]);
    assert_eq!(hub.gets().len(), 1);
}

#[test]
fn a_mirror_that_sends_requests_on_to_another_hub_is_followed() {
    for status in ["308 Permanent Redirect", "301 Moved Permanently"] {
        let (mirror, hub, home) = (toy_hub(), toy_hub(), Home::new());
        let to = |path: &str| Fault::Answer(format!("{status}\r\nLocation: {}{path}\r\n", hub.url), "");
        let file = format!("/{REPO}/resolve/main/{FILE}");
        mirror.fault("HEAD", "", 9, to(&file)).fault("GET", "resolve", 9, to(&file));
        let mut command = home.nasnet(&mirror, &["weights", "fetch", &format!("{MODEL}/{FILE}")]);
        assert_succeeds(&command.env("HF_TOKEN", "hf_secret").output().unwrap());
        assert_eq!(fs::read(home.blob()).unwrap(), toy());
        let seen = hub.seen();
        let asked: Vec<_> = seen.iter().map(|seen| (&seen.method[..], &seen.path[..])).collect();
        assert_eq!(asked, [("HEAD", &*file), ("GET", &*file)]);
        assert!(
            seen.iter().all(|seen| seen.header("authorization").is_none()),
            "the token is for the endpoint"
        );
    }
}

#[test]
fn the_page_that_explains_a_redirect_is_no_error_page() {
    let (hub, home) = (toy_hub(), Home::new());
    let storage = Hub::of(&[(FILE, toy())]);
    let head = |more: &str| {
        let to =
            format!("Location: {}/cdn/{FILE}\r\nContent-Type: text/html; charset=utf-8\r\n", storage.url);
        Fault::Answer(format!("302 Found\r\n{to}{more}"), "<html>Found. Redirecting</html>")
    };
    let described = format!("X-Linked-Etag: \"{}\"\r\n", sha256(&toy()));
    hub.fault("HEAD", "", 1, head(&described)).fault("GET", "resolve", 9, head(""));
    assert_succeeds(&home.fetch(&hub));
    assert_eq!(fs::read(home.blob()).unwrap(), toy());
    assert_eq!(storage.seen().len(), 1, "the storage is not asked for the description");

    // Without a description in the redirect, the listing has it.
    let home = Home::new();
    hub.mend();
    hub.fault("HEAD", "", 1, head("")).fault("GET", "resolve", 9, head(""));
    hub.fault("GET", "/api/", 9, Fault::Answer("200 OK\r\n".to_owned(), listing()));
    assert_succeeds(&home.fetch(&hub));
    assert_eq!(fs::read(home.blob()).unwrap(), toy());
}

#[test]
fn the_entity_tag_of_a_mirrors_storage_is_not_taken_for_the_checksum() {
    // The md5 of a storage, git's checksum of the pointer to the file, and the hash by which the storage knows it.
    for etag in ["d41d8cd98f00b204e9800998ecf8427e", &"ab".repeat(20), &"cd".repeat(32)] {
        let (hub, home) = (toy_hub(), Home::new());
        hub.fault("HEAD", "", 9, Fault::Answer(format!("200 OK\r\nETag: \"{etag}\"\r\n"), ""));
        hub.fault("GET", "/api/", 9, Fault::Answer("200 OK\r\n".to_owned(), listing()));
        assert_succeeds(&home.fetch(&hub));
        assert_eq!(fs::read(home.blob()).unwrap(), toy(), "{etag}");
    }
}

#[test]
fn without_a_network_it_fails_at_once_and_says_how_to_go_on() {
    for model in [MODEL, "mobile", "large"] {
        let home = Home::new();
        let mut command = home.nasnet(&toy_hub(), &["classify", "--model", model, "fixtures/photos/cat.jpg"]);
        command.env("HF_ENDPOINT", "http://no-such-host.invalid").env_remove("NASNET_RETRY_WAIT");
        command.env("NASNET_KERAS_URL", "http://no-such-host.invalid/keras");
        // The second address of `mobile` is a real one: no connection leaves this machine.
        command.env("HTTPS_PROXY", "http://no-such-proxy.invalid:3128");
        let began = Instant::now();
        let output = command.output().unwrap();
        assert!(began.elapsed() < Duration::from_secs(5), "{model}: {:?}", began.elapsed());
        let words =
            ["no network: the name no-such-host.invalid does not resolve", "`--model tiny` is built in"];
        assert_refused(&output, &[&words[..], &["weights import", "`unpack`", "HF_HUB_OFFLINE=1"]].concat());
        assert!(!text(&output.stderr).contains("trying again"), "{}", text(&output.stderr));
    }
}

#[test]
fn the_second_address_of_a_file_of_keras_is_tried_when_the_first_cannot_be_reached() {
    let (hub, home) = (toy_hub(), Home::new());
    let mut command = home.nasnet(&hub, &["weights", "fetch", "mobile"]);
    // No connection leaves this machine: the second address is a real one.
    command
        .env("NASNET_KERAS_URL", "http://no-such-host.invalid/keras")
        .env("HTTPS_PROXY", "http://127.0.0.1:1");
    let output = command.output().unwrap();
    let second = "https://github.com/titu1994/Keras-NASNet/releases/download/v1.2/NASNet-mobile.h5";
    let words = [
        "the name no-such-host.invalid does not resolve",
        &format!("trying {second}"),
        "no connection to github.com",
    ];
    assert_refused(&output, &words);
}

#[test]
fn verified_weights_work_for_ever_without_a_request() {
    let (hub, home) = (toy_hub(), Home::new());
    let first = assert_succeeds(&home.run(&hub, &CLASSIFY));
    let connections = hub.connections();
    // No network, no notes on verified files, an old file: it is hashed once more, and no request is made.
    let old = fs::File::options().write(true).open(home.blob()).unwrap();
    old.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    for _ in 0..2 {
        let mut command = home.nasnet(&hub, &CLASSIFY);
        command.env("HF_ENDPOINT", "http://no-such-host.invalid").env("HF_TOKEN", "hf_expired");
        assert_eq!(assert_succeeds(&command.output().unwrap()), first);
        assert_eq!(assert_succeeds(&home.run(&hub, &CLASSIFY)), first);
        fs::remove_dir_all(home.path(".cache/nasnet/verified")).unwrap();
    }
    assert_eq!(hub.connections(), connections);
}

#[test]
fn what_another_tool_fetched_is_used_when_the_hub_cannot_be_asked() {
    let (hub, home) = (toy_hub(), Home::new());
    // Not the usual name: only the Hub knows whether the repository's weights are in it.
    home.put_into_hub_cache("nasnet.safetensors");
    let mut command = home.nasnet(&hub, &CLASSIFY);
    let output = command.env("HF_ENDPOINT", "http://no-such-host.invalid").output().unwrap();
    assert_succeeds(&output);
    assert!(text(&output.stderr).contains("using the file that is here"), "{}", text(&output.stderr));
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_one() {
    let (hub, home) = (toy_hub(), Home::new());
    let said = |model: &str| {
        let output = home.run(&hub, &["classify", "--model", model, "fixtures/photos/cat.jpg"]);
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    assert!(said("mobil").contains("`mobil` is neither a model's name nor a file"));
    assert!(said("mobil").contains("did you mean `mobile`?"));
    assert!(said("NASNetLarge").contains("did you mean `large`?"));
    assert!(said("resnet50").contains("`nasnet weights list` shows the names"));
    assert!(said("hf:owner").contains("hf:owner: expected hf:OWNER/NAME[/FILE][@REVISION]"));
    assert_eq!(hub.connections(), 0);
}

#[test]
fn a_canonical_file_that_was_damaged_is_refused_when_it_is_used() {
    let (hub, home) = (toy_hub(), Home::new());
    fs::write(home.path("toy.safetensors"), toy()).unwrap();
    let (from, to) = (home.path("toy.safetensors"), home.path("own.safetensors"));
    let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
    assert_succeeds(&home.run(&hub, &["weights", "import", from, "-o", to]));
    let classify = ["classify", "--model", to, "fixtures/photos/cat.jpg"];
    assert_succeeds(&home.run(&hub, &classify));
    let mut file = fs::read(to).unwrap();
    let middle = file.len() / 2;
    file[middle] ^= 1;
    fs::write(to, file).unwrap();
    assert_refused(
        &home.run(&hub, &classify),
        &["own.safetensors: the file is damaged: hash mismatch: expected xxh3 "],
    );
    assert_refused(&home.run(&hub, &["info", to]), &["the file is damaged"]);
}
