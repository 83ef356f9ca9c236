//! Weights that are on this machine, with the real binary: used without a network, checked, listed, removed, carried.

use std::fs;

use crate::support::home::{
    FILE, Home, MODEL, assert_refused, assert_refused_without_hint, assert_succeeds, fixture, text, toy,
    toy_hub,
};
use crate::support::loopback::{COMMIT, Hub, REPO, sha256};

#[test]
fn offline_no_connection_is_made_and_what_is_missing_is_named() {
    let (hub, home) = (toy_hub(), Home::new());
    let photo = "fixtures/photos/cat.jpg";
    let classify = ["classify", "--model", MODEL, photo];
    let words = [
        "the file of weights of owner/toy at main is not on this machine",
        "`nasnet weights fetch hf:owner/toy`",
    ];
    assert_refused(&home.run(&hub, &[&classify[..], &["--offline"]].concat()), &words);
    for value in ["1", "true", "YES", "on"] {
        let mut command = home.nasnet(&hub, &classify);
        assert_refused(&command.env("HF_HUB_OFFLINE", value).output().unwrap(), &words);
    }
    let words =
        ["the weights of `mobile` are not on this machine", "`nasnet weights fetch mobile`", "--model tiny"];
    assert_refused(&home.run(&hub, &["classify", "--offline", photo]), &words);
    assert_refused(
        &home.run(&hub, &["weights", "fetch", "large", "--offline"]),
        &["nasnet weights fetch large"],
    );
    assert_succeeds(&home.run(&hub, &["weights", "list"]));
    assert_succeeds(&home.run(&hub, &["info", "large"]));
    assert_eq!(hub.connections(), 0);
    assert_succeeds(&home.fetch(&hub));
    let connections = hub.connections();
    assert_succeeds(&home.run(&hub, &[&classify[..], &["--offline"]].concat()));
    assert_eq!(hub.connections(), connections);
}

#[test]
fn without_a_network_the_way_out_is_named() {
    let home = Home::new();
    let gone = {
        let hub = toy_hub();
        let mut command = home.nasnet(&hub, &["weights", "fetch", MODEL]);
        command.env("HF_ENDPOINT", "http://127.0.0.1:1").output().unwrap()
    };
    assert_refused(&gone, &["no connection to 127.0.0.1:1", "after 5 attempts", "--model tiny"]);
    let mut command = home.nasnet(&toy_hub(), &["weights", "fetch", MODEL]);
    let output = command.env("HF_ENDPOINT", "http://no-such-host.invalid").output().unwrap();
    assert_refused(&output, &["no-such-host.invalid", "--model tiny"]);
}

#[test]
fn a_proxy_is_asked_in_place_of_the_host_unless_the_host_is_excepted() {
    let (proxy, home) = (toy_hub(), Home::new());
    let mut command = home.nasnet(&proxy, &["weights", "fetch", &format!("{MODEL}/{FILE}")]);
    command.env("HF_ENDPOINT", "http://hub.invalid").env("HTTP_PROXY", &proxy.url);
    assert_succeeds(&command.output().unwrap());
    assert_eq!(fs::read(home.blob()).unwrap(), toy());
    let seen = proxy.seen();
    let asked: Vec<_> = seen.iter().map(|seen| (&seen.method[..], &seen.path[..])).collect();
    let file = &*format!("/{REPO}/resolve/main/{FILE}");
    let tunnel = ("CONNECT", "hub.invalid:80");
    assert_eq!(asked, [tunnel, ("HEAD", file), tunnel, ("GET", file)]);
    fs::remove_dir_all(home.path(".cache")).unwrap();
    assert_refused(&command.env("NO_PROXY", "localhost,.invalid").output().unwrap(), &["hub.invalid"]);
    assert_eq!(proxy.seen().len(), 4);
}

#[test]
fn a_variable_that_makes_no_sense_matters_only_where_it_is_used() {
    let (hub, home) = (toy_hub(), Home::new());
    let classify = |arguments: &[&str]| {
        let mut command = home.nasnet(&hub, &[&["classify", "fixtures/photos/cat.jpg"], arguments].concat());
        command.env("HF_ENDPOINT", "hub.example").output().unwrap()
    };
    assert_refused_without_hint(
        &classify(&["--model", MODEL]),
        &["HF_ENDPOINT: expected an http:// or https:// address"],
    );
    assert_refused(&classify(&["--model", MODEL, "--offline"]), &["not on this machine"]);
    assert_refused(&classify(&["--model", "none.h5"]), &["none.h5"]);
}

#[test]
fn a_file_of_keras_with_the_wrong_checksum_is_refused_and_leaves_nothing() {
    let (hub, home) = (Hub::of(&[("NASNet-mobile.h5", fixture("keras2_full.h5"))]), Home::new());
    let output = home.run(&hub, &["classify", "fixtures/photos/cat.jpg"]);
    assert_refused(
        &output,
        &["hash mismatch: expected md5 020fb642bf7360b370c678b08e0adf61, got ", "deleted"],
    );
    assert_eq!(fs::read_dir(home.path(".cache/nasnet/downloads")).unwrap().count(), 0);
    assert_refused(&home.run(&hub, &["weights", "path", "mobile"]), &["not on this machine"]);
    assert_refused(&home.run(&hub, &["weights", "fetch", "large@keras"]), &["there is no such file", "404"]);
}

#[test]
fn a_cached_file_that_was_damaged_is_noticed_and_fetched_again() {
    let (hub, home) = (toy_hub(), Home::new());
    assert_succeeds(&home.fetch(&hub));
    let verify = ["weights", "verify", MODEL];
    assert!(assert_succeeds(&home.run(&hub, &verify)).starts_with("ok "));
    // Damage that keeps the size and the time of change: only `verify` can see it.
    let time = fs::metadata(home.blob()).unwrap().modified().unwrap();
    let mut damaged = toy();
    damaged[100_000] ^= 1;
    fs::write(home.blob(), &damaged).unwrap();
    fs::File::options().write(true).open(home.blob()).unwrap().set_modified(time).unwrap();
    let output = home.run(&hub, &verify);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with("damaged ") && text(&output.stdout).contains(&sha256(&damaged)));
    for _ in 0..2 {
        let all = home.run(&hub, &["weights", "verify"]);
        assert_eq!(all.status.code(), Some(1), "it is not forgotten that it is here");
        assert!(text(&all.stdout).contains("hash mismatch"), "{}", text(&all.stdout));
    }
    let path = ["weights", "path", MODEL, "--offline"];
    assert_refused(&home.run(&hub, &path), &["hash mismatch", "the file is damaged", "nasnet weights fetch"]);
    assert_succeeds(&home.fetch(&hub));
    assert_eq!(fs::read(home.blob()).unwrap(), toy());
    assert_succeeds(&home.run(&hub, &path));
}

#[test]
fn files_that_other_tools_fetched_are_used_once_they_are_checked() {
    let (hub, home) = (toy_hub(), Home::new());
    home.put_into_hub_cache(FILE);
    let classify = ["classify", "--model", MODEL, "fixtures/photos/cat.jpg"];
    assert_succeeds(&home.run(&hub, &classify));
    assert_eq!(hub.connections(), 0);
    fs::write(home.blob(), [&toy()[..1000], &[0; 500]].concat()).unwrap();
    assert_succeeds(&home.run(&hub, &classify));
    assert_eq!(fs::read(home.blob()).unwrap(), toy());
}

#[test]
fn the_list_says_what_is_known_and_what_is_here() {
    let (hub, home) = (toy_hub(), Home::new());
    assert_succeeds(&home.fetch(&hub));
    let table = assert_succeeds(&home.run(&hub, &["weights", "list"]));
    for words in [
        "mobile ",
        "large ",
        "large@keras ",
        "mobile-no-top ",
        "hf:owner/toy ",
        "020fb642bf7360b370c678b08e0adf61",
    ] {
        assert!(table.contains(words), "{words}: {table}");
    }
    let json = assert_succeeds(&home.run(&hub, &["weights", "list", "--json"]));
    let list: serde_json::Value = serde_json::from_str(&json).unwrap();
    let models = list["models"].as_array().unwrap();
    let of = |name: &str| models.iter().find(|model| model["name"] == name).unwrap();
    assert_eq!((&of("mobile")["here"], &of("mobile")["bytes"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(of("large")["commit"], "2188423afb58a54ecc6eb20e22179f24bfb92275");
    let toy_model = of(MODEL);
    assert_eq!((&toy_model["here"], &toy_model["verified"]), (&true.into(), &true.into()));
    assert_eq!((&toy_model["bytes"], &toy_model["commit"]), (&toy().len().into(), &COMMIT.into()));
    assert_eq!(toy_model["checksum"]["value"], sha256(&toy()));
}

#[test]
fn removed_weights_are_gone() {
    let (hub, home) = (toy_hub(), Home::new());
    assert_succeeds(&home.fetch(&hub));
    assert_succeeds(&home.run(&hub, &["weights", "remove", MODEL]));
    assert!(!home.blob().exists());
    assert_refused(&home.run(&hub, &["weights", "path", MODEL]), &["not on this machine"]);
    assert_refused(&home.run(&hub, &["weights", "remove", MODEL]), &["not on this machine"]);
}

#[test]
fn a_bundle_carries_weights_to_a_machine_without_a_network() {
    let (hub, home, away) = (toy_hub(), Home::new(), Home::new());
    assert_succeeds(&home.fetch(&hub));
    let bundle = home.path("weights.tar");
    let bundle = bundle.to_str().unwrap();
    assert_succeeds(&home.run(&hub, &["weights", "pack", bundle, MODEL]));
    let again = home.run(&hub, &["weights", "pack", bundle]);
    assert!(text(&again.stderr).contains("--force replaces it"));
    let connections = hub.connections();
    let unpacked = assert_succeeds(&away.run(&hub, &["weights", "unpack", bundle]));
    assert_eq!(fs::read(unpacked.trim()).unwrap(), toy());
    assert_succeeds(&away.run(&hub, &["classify", "--offline", "--model", MODEL, "fixtures/photos/cat.jpg"]));
    assert_eq!(hub.connections(), connections);

    let whole = fs::read(bundle).unwrap();
    let mut wrong = whole.clone();
    wrong[100_000] ^= 1;
    for (damaged, word) in
        [(&wrong[..], "hash mismatch"), (&whole[..90_000], "expected 174500 bytes, got"), (b"x", "bundle")]
    {
        let third = Home::new();
        fs::write(bundle, damaged).unwrap();
        assert_refused(&third.run(&hub, &["weights", "unpack", bundle]), &[word]);
        assert!(third.wrong_files(&[]).is_empty(), "{word}");
    }
}
