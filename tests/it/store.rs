//! Fetching weights with the real binary, from a hub on the loopback that answers well and badly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::home::{FILE, Home, MODEL, assert_refused, assert_succeeds, fixture, text, toy, toy_hub};
use crate::support::loopback::{COMMIT, Fault, Hub, REPO, sha256};

#[test]
fn the_first_run_downloads_and_the_second_makes_no_request() {
    let (hub, home) = (toy_hub(), Home::new());
    let classify = ["classify", "--model", MODEL, "--json", "fixtures/photos/cat.jpg"];
    let first = assert_succeeds(&home.run(&hub, &classify));
    let header: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(header["model"]["source"], format!("{REPO}@{COMMIT}"));
    assert_eq!(header["model"]["name"], "toy");
    assert_eq!(hub.gets().len(), 1);
    let connections = hub.connections();
    assert_eq!(assert_succeeds(&home.run(&hub, &classify)), first);
    assert_eq!(
        assert_succeeds(&home.fetch(&hub)).trim(),
        assert_succeeds(&home.run(&hub, &["weights", "path", MODEL])).trim()
    );
    let pinned = ["weights", "fetch", &format!("{MODEL}/{FILE}@{COMMIT}")];
    assert_succeeds(&home.run(&hub, &pinned));
    assert_eq!(hub.connections(), connections, "{:?}", hub.seen());
}

#[test]
fn the_cache_is_laid_out_as_the_hubs_own_tools_expect_it() {
    let (hub, home) = (toy_hub(), Home::new());
    let path = assert_succeeds(&home.fetch(&hub));
    let repo = home.path(".cache/huggingface/hub/models--owner--toy");
    let link = repo.join("snapshots").join(COMMIT).join(FILE);
    assert_eq!(Path::new(path.trim()), link);
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("../../blobs").join(sha256(&toy())));
    assert_eq!(fs::read(&link).unwrap(), toy());
    assert_eq!(fs::read_to_string(repo.join("refs/main")).unwrap(), COMMIT);
    assert_eq!(fs::read_dir(repo.join("blobs")).unwrap().count(), 1);
}

#[test]
fn a_branch_is_asked_for_anew_only_on_request() {
    let (hub, home) = (toy_hub(), Home::new());
    assert_succeeds(&home.fetch(&hub));
    let moved = "f".repeat(40);
    hub.move_main(&moved);
    assert!(assert_succeeds(&home.fetch(&hub)).contains(COMMIT));
    let refreshed = home.run(&hub, &["weights", "fetch", MODEL, "--refresh"]);
    assert!(assert_succeeds(&refreshed).contains(&moved));
    assert_eq!(hub.gets().len(), 1, "the content is the same");
}

#[test]
fn refusals_say_what_they_mean_and_are_not_repeated() {
    let refusals: [(u16, &str, &[&str]); 6] = [
        (401, "", &["no repository owner/toy, or it is private or gated (401)", "HF_TOKEN"]),
        (403, "X-Error-Code: GatedRepo\r\n", &["owner/toy is gated (403)", "accept its terms at"]),
        (404, "X-Error-Code: RepoNotFound\r\n", &["there is no repository owner/toy", "(404)"]),
        (404, "X-Error-Code: RevisionNotFound\r\n", &["owner/toy has no revision main (404)"]),
        (404, "X-Error-Code: EntryNotFound\r\n", &["has no file model.safetensors (404)"]),
        (404, "", &["has no file model.safetensors (404)"]),
    ];
    for (status, lines, words) in refusals {
        let (hub, home) = (toy_hub(), Home::new());
        hub.fault("HEAD", "", 9, Fault::Status(status, lines));
        let output = home.run(&hub, &["weights", "fetch", &format!("{MODEL}/{FILE}")]);
        assert_refused(&output, words);
        let heads = hub.seen().iter().filter(|seen| seen.method == "HEAD").count();
        assert_eq!((heads, hub.gets().len()), (1, 0), "{status} {lines}");
        assert!(home.wrong_files(&[]).is_empty());
    }
}

#[test]
fn what_does_not_exist_is_told_apart() {
    let (hub, home) = (toy_hub(), Home::new());
    let fetch = |arguments: &[&str]| home.run(&hub, &[&["weights", "fetch"], arguments].concat());
    assert_refused(&fetch(&["hf:owner/none"]), &["there is no repository owner/none"]);
    assert_refused(&fetch(&["hf:owner/toy@v9"]), &["owner/toy has no revision v9"]);
    assert_refused(&fetch(&["hf:owner/toy/x.h5"]), &["owner/toy at main has no file x.h5"]);
    assert_refused(
        &fetch(&["mobil"]),
        &["expected one of mobile, large", "got `mobil`", "did you mean `mobile`?"],
    );
    let bare = Hub::of(&[("README.md", b"toy".to_vec())]);
    assert_refused(&home.fetch(&bare), &["no file of weights, but README.md"]);
    let other = Hub::of(&[(FILE, fixture("resnet.h5"))]);
    assert_refused(&home.fetch(&other), &["a NASNet-A in a Keras .h5"]);
}

#[test]
fn a_server_that_is_busy_is_given_the_time_it_asks_for() {
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "resolve", 1, Fault::Status(429, "Retry-After: 1\r\n"));
    let began = Instant::now();
    assert_succeeds(&home.fetch(&hub));
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(hub.gets().len(), 2);

    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "resolve", 9, Fault::Status(429, "Retry-After: 3600\r\n"));
    assert_refused(&home.fetch(&hub), &["the server answers 429", "a wait of 3600 s", "limit of 90 s"]);
    assert_eq!(hub.gets().len(), 1);
}

#[test]
fn a_server_that_fails_once_is_asked_again_and_one_that_fails_for_ever_five_times() {
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "/api/", 1, Fault::Status(500, ""));
    hub.fault("HEAD", "", 1, Fault::Status(502, "")).fault("GET", "resolve", 1, Fault::Status(503, ""));
    let output = home.fetch(&hub);
    assert_succeeds(&output);
    assert_eq!(hub.gets().len(), 2);
    assert!(text(&output.stderr).contains("the server answers 503; trying again in"));

    for (method, part) in [("HEAD", ""), ("GET", "resolve"), ("GET", "/api/")] {
        let (hub, home) = (toy_hub(), Home::new());
        hub.fault(method, part, 99, Fault::Status(500, ""));
        assert_refused(&home.fetch(&hub), &["the server answers 500 (after 5 attempts)"]);
        let asked =
            hub.seen().iter().filter(|seen| seen.method == method && seen.path.contains(part)).count();
        assert_eq!(asked, 5, "{method} {part}");
        assert!(home.wrong_files(&[]).is_empty());
    }
}

/// A fault that stays, what is said of it, and that nothing is left which a later run trusts.
#[track_caller]
fn assert_never_trusted(fault: Fault, words: &[&str]) {
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "resolve", 99, fault.clone());
    assert_refused(&home.fetch(&hub), words);
    assert_eq!(home.wrong_files(&toy()), Vec::<PathBuf>::new(), "{fault:?}");
    let offline = home.run(&hub, &["weights", "path", &format!("{MODEL}/{FILE}@{COMMIT}")]);
    assert_refused(&offline, &["is not on this machine"]);
    hub.mend();
    assert_succeeds(&home.fetch(&hub));
    assert_eq!(fs::read(home.blob()).unwrap(), toy(), "{fault:?}");
}

#[test]
fn an_error_page_with_status_200_is_not_weights() {
    assert_never_trusted(Fault::Page(false), &["an HTML page in place of the file (after 5 attempts)"]);
    assert_never_trusted(Fault::Page(true), &["an HTML page in place of the file (after 5 attempts)"]);
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("HEAD", "", 99, Fault::Page(false));
    assert_refused(&home.fetch(&hub), &["an HTML page in place of the file"]);
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "/api/", 99, Fault::Page(false));
    assert_refused(&home.fetch(&hub), &["not a listing of files"]);
}

#[test]
fn wrong_bytes_are_named_and_deleted() {
    let right = sha256(&toy());
    let wrong = sha256(&toy().iter().map(|byte| byte ^ 1).collect::<Vec<_>>());
    let expected = format!("expected sha256 {right}, got {wrong}");
    assert_never_trusted(Fault::Wrong, &["hash mismatch", &expected, "deleted"]);
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "resolve", 99, Fault::Wrong);
    assert_refused(&home.fetch(&hub), &["hash mismatch"]);
    assert_eq!(fs::read_dir(home.blob().parent().unwrap()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn bodies_that_are_shorter_or_longer_than_they_should_be_are_not_weights() {
    let size = toy().len();
    assert_never_trusted(Fault::Short(1000), &["the server announces 1000 (after 5 attempts)"]);
    assert_never_trusted(Fault::Length(size + 1000), &[&format!("announces {} (after 5", size + 1000)]);
    assert_never_trusted(Fault::Length(size - 1000), &["announces"]);
    assert_never_trusted(Fault::Unannounced(size * 3), &["the server sends more"]);
    // The same place each time: no attempt brings anything new.
    assert_never_trusted(Fault::Drop(0), &["0 of", "after 5 attempts"]);
}

#[test]
fn a_body_of_no_announced_length_that_ends_early_is_completed() {
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "resolve", 1, Fault::Unannounced(5000));
    assert_succeeds(&home.fetch(&hub));
    assert_eq!(hub.gets()[1].header("range"), Some("bytes=5000-"));
    assert_eq!(fs::read(home.blob()).unwrap(), toy());
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_was() {
    let half = toy().len() / 2;
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "resolve", 1, Fault::Drop(half));
    assert_succeeds(&home.fetch(&hub));
    let gets = hub.gets();
    assert_eq!(gets.len(), 2);
    assert_eq!((gets[0].header("range"), gets[1].header("range")), (None, Some(&*format!("bytes={half}-"))));
    assert_eq!(fs::read(home.blob()).unwrap(), toy());
}

#[test]
fn a_server_without_ranges_begins_again() {
    let half = toy().len() / 2;
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "resolve", 1, Fault::Drop(half)).fault("GET", "resolve", 1, Fault::NoRange);
    assert_succeeds(&home.fetch(&hub));
    assert_eq!(fs::read(home.blob()).unwrap(), toy());
}

#[test]
fn a_mirror_that_knows_no_head_is_asked_for_the_content() {
    for status in [405, 501] {
        let (hub, home) = (toy_hub(), Home::new());
        hub.fault("HEAD", "", 9, Fault::Status(status, ""));
        assert_succeeds(&home.fetch(&hub));
        assert_eq!(fs::read(home.blob()).unwrap(), toy());
    }
}

#[test]
fn a_damaged_part_of_an_earlier_run_costs_a_second_download_and_nothing_else() {
    let (hub, home) = (toy_hub(), Home::new());
    let part = home.blob().with_extension("nasnet.incomplete");
    fs::create_dir_all(part.parent().unwrap()).unwrap();
    for damaged in [vec![0; 3000], vec![0; toy().len()], vec![0; toy().len() + 7]] {
        fs::write(&part, damaged).unwrap();
        assert_succeeds(&home.fetch(&hub));
        assert_eq!(fs::read(home.blob()).unwrap(), toy());
        assert!(!part.exists());
        fs::remove_file(home.blob()).unwrap();
    }
}

#[test]
fn silence_ends_an_attempt_and_the_next_goes_on() {
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "resolve", 2, Fault::Stall(10_000));
    let began = Instant::now();
    assert_succeeds(&home.fetch(&hub));
    assert!(began.elapsed() >= Duration::from_secs(1) && began.elapsed() < Duration::from_secs(20));
    let ranges: Vec<_> = hub.gets().iter().map(|seen| seen.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges, [None, Some("bytes=10000-".to_owned()), Some("bytes=20000-".to_owned())]);
    assert_never_trusted(Fault::Stall(0), &["no byte for 0.5 s after 0 of 174500 (after 5 attempts)"]);
}

#[test]
fn the_token_goes_to_the_hub_and_to_no_other_host() {
    let (hub, home) = (toy_hub(), Home::new());
    let cdn = Hub::of(&[(FILE, toy())]);
    let elsewhere = || Fault::Redirect(format!("{}/cdn/{FILE}", cdn.url));
    hub.fault("HEAD", "", 9, elsewhere()).fault("GET", "resolve", 9, elsewhere());
    cdn.fault("GET", "", 1, Fault::Drop(5000));
    let output = home.nasnet(&hub, &["weights", "fetch", MODEL]).env("HF_TOKEN", "hf_secret").output();
    let output = output.unwrap();
    assert_succeeds(&output);
    assert!(!text(&output.stderr).contains("hf_secret"));
    assert!(hub.seen().iter().all(|seen| seen.header("authorization") == Some("Bearer hf_secret")));
    let there = cdn.seen();
    assert_eq!(there.len(), 2);
    assert!(there.iter().all(|seen| seen.header("authorization").is_none()), "{there:?}");
    assert_eq!(there[1].header("range"), Some("bytes=5000-"));

    fs::create_dir_all(home.path("token_home")).unwrap();
    fs::write(home.path("token_home/token"), "hf_file\n").unwrap();
    let other = toy_hub();
    let mut command = home.nasnet(&other, &["weights", "fetch", MODEL]);
    assert_succeeds(&command.env("HF_HOME", home.path("token_home")).output().unwrap());
    assert_eq!(other.gets()[0].header("authorization"), Some("Bearer hf_file"));
}

#[test]
fn redirects_within_the_hub_are_followed_and_loops_end() {
    let (hub, home) = (toy_hub(), Home::new());
    let renamed = format!("/{REPO}/resolve/main/{FILE}");
    hub.fault("HEAD", "", 1, Fault::Redirect(renamed.clone()));
    assert_succeeds(&home.fetch(&hub));
    let (hub, home) = (toy_hub(), Home::new());
    hub.fault("GET", "resolve", 99, Fault::Redirect(renamed));
    assert_refused(&home.fetch(&hub), &["more than 10 redirects"]);
}

#[test]
fn a_file_larger_than_the_room_for_it_is_an_error_and_leaves_nothing() {
    let (hub, home) = (toy_hub(), Home::new());
    for prepare in ["", "trap '' XFSZ;"] {
        let script = format!("{prepare} ulimit -f 64; exec \"$0\" weights fetch {MODEL}");
        let usual = home.nasnet(&hub, &[]);
        let mut shell = Command::new("/bin/bash");
        shell.arg("-c").arg(script).arg(usual.get_program()).env_clear();
        shell.envs(usual.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = shell.output().unwrap();
        assert_refused(&output, &["no room for owner/toy model.safetensors, 174500 bytes are needed"]);
        assert_eq!(fs::read_dir(home.blob().parent().unwrap()).unwrap().count(), 0);
    }
    assert_succeeds(&home.fetch(&hub));
}

#[test]
fn two_and_eight_processes_at_once_download_once() {
    for count in [2, 8] {
        let (hub, home) = (toy_hub(), Home::new());
        hub.fault("GET", "resolve", 99, Fault::Slow(8192));
        let start = |_| -> Child {
            let mut command = home.nasnet(&hub, &["weights", "fetch", MODEL]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<Child> = (0..count).map(start).collect();
        for child in children {
            assert!(assert_succeeds(&child.wait_with_output().unwrap()).contains(COMMIT));
        }
        assert_eq!(hub.gets().len(), 1, "{count} processes: {:?}", hub.seen());
    }
}

#[test]
fn a_run_that_is_killed_at_any_time_leaves_nothing_wrong() {
    let (hub, home) = (toy_hub(), Home::new());
    let classify = ["classify", "--model", MODEL, "fixtures/photos/cat.jpg"];
    // The first two before anything is asked for, the others scattered over the download, which takes a quarter of a
    // second.
    for (round, wait) in [0, 5, 0, 20, 70, 30, 90, 1, 120, 170].into_iter().enumerate() {
        hub.mend();
        hub.fault("GET", "resolve", 99, Fault::Slow(4096));
        let before = hub.gets().len();
        let mut command = home.nasnet(&hub, &classify);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while round >= 2 && hub.gets().len() == before && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(home.wrong_files(&toy()), Vec::<PathBuf>::new(), "round {round}");
        if round == 4 || round == 6 {
            fs::remove_dir_all(home.path(".cache/huggingface")).unwrap();
        }
    }
    hub.mend();
    assert_succeeds(&home.run(&hub, &classify));
    assert_eq!(fs::read(home.blob()).unwrap(), toy());
    let resumed = hub.gets().iter().filter(|seen| seen.header("range").is_some()).count();
    assert!(resumed >= 2, "{:?}", hub.gets());
}
