//! Answers that are useful as they are: groups, lists of classes, rules, temperature, and the names of all these.

use std::collections::HashMap;
use std::fs;

use crate::support::builtin::{best, bound};
use crate::support::{Document, Finished, Group, Place};
use serde_json::Value;

fn place() -> Place {
    let place = Place::new();
    for photo in ["espresso", "cat", "rocket"] {
        place.put(&format!("photos/{photo}.jpg"), format!("in/{photo}.jpg"));
    }
    place
}

fn tiny<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["classify", "--model", "tiny", "in"], rest].concat()
}

/// The logits of an image, by class.
fn logits(place: &Place, path: &str) -> Vec<f64> {
    let document = place.run(&tiny(&["--json", "-k0", "--scores", "logit"])).exits(0).document();
    let record = document.results.into_iter().find(|record| record.path == path).unwrap();
    let mut predictions = record.predictions.unwrap();
    predictions.sort_by_key(|prediction| prediction.index);
    predictions.iter().map(|prediction| f64::from(prediction.score)).collect()
}

/// Probabilities of the cup of espresso, by class.
fn probabilities(run: Finished) -> HashMap<usize, f64> {
    let record = run.exits(0).document().results.into_iter().find(|r| r.path == "in/espresso.jpg").unwrap();
    record.predictions.unwrap().iter().map(|best| (best.index, f64::from(best.score))).collect()
}

fn close(got: &HashMap<usize, f64>, logits: &[f64], classes: &[usize], temperature: f64) {
    let powers: Vec<f64> = classes.iter().map(|&class| (logits[class] / temperature).exp()).collect();
    let sum: f64 = powers.iter().sum();
    assert_eq!(got.len(), classes.len());
    for (class, power) in classes.iter().zip(powers) {
        assert!((got[class] - power / sum).abs() < 1e-6, "class {class}: {} {}", got[class], power / sum);
    }
}

#[test]
fn only_the_named_classes_compete_at_any_temperature() {
    let place = place();
    let logits = logits(&place, "in/espresso.jpg");
    let all: Vec<usize> = (0..200).collect();
    close(&probabilities(place.run(&tiny(&["--json", "-k0", "--temperature", "2.5"]))), &logits, &all, 2.5);
    // By label, id, index and group: tiny has the dogs 24 to 29.
    let few = [24, 25, 26, 27, 28, 29, 30, 193];
    let list = "espresso,n02123045, 26 ,dog";
    close(&probabilities(place.run(&tiny(&["--json", "-k0", "--classes", list]))), &logits, &few, 1.0);
    place.write("mine.txt", b"# animals\nDog\n\ntabby\r\nn07920052\n");
    let flags = ["--json", "-k0", "--classes", "mine.txt", "--temperature", "0.7"];
    let run = place.run(&tiny(&flags)).says("8 of 200 classes compete");
    close(&probabilities(run), &logits, &few, 0.7);
}

#[test]
fn a_name_that_is_no_class_is_named_with_its_line_and_the_nearest() {
    let place = place();
    place.write("mine.txt", b"tabby\n\nespreso\n");
    let run = place.run(&tiny(&["--classes", "mine.txt"])).exits(2);
    let run =
        run.says("error: --classes mine.txt, line 3: \"espreso\" is not one of the model's 200 classes and");
    assert!(run.stdout.is_empty() && run.stderr.contains("the nearest: espresso, "), "{}", run.stderr);
    place.run(&tiny(&["--classes", "tabby,unicorn"])).exits(2).says("--classes: \"unicorn\" is not one of");
    place
        .run(&tiny(&["--classes", "n02110958"]))
        .exits(2)
        .says("--classes: n02110958 (pug) has no class in the model");
    place.run(&tiny(&["--classes", "no/such.txt"])).exits(2).says("--classes no/such.txt: no such file");
    place.write("empty.txt", b"# none\n");
    place
        .run(&tiny(&["--classes", "empty.txt"]))
        .exits(2)
        .says("--classes empty.txt: the list names no class");
    for (flag, value) in
        [("--temperature", "0"), ("--temperature", "nan"), ("--rollup", "0"), ("--rollup", "1.5")]
    {
        place.run(&tiny(&[flag, value])).exits(2).says(flag);
    }
}

#[test]
fn a_rolled_up_answer_is_in_every_form_of_output() {
    let place = place();
    let sure = bound(&["espresso"]);
    let document = place.run(&tiny(&["--json", "--rollup", &sure])).exits(0).document();
    let cup = document.results.iter().find(|record| record.path == "in/espresso.jpg").unwrap();
    let group = cup.group.as_ref().unwrap().as_ref().unwrap();
    assert!(group.score >= sure.parse().unwrap(), "{group:?}");
    let unknown = place.run(&tiny(&["--json", "--rollup", "1"])).exits(0).document();
    assert!(unknown.results.iter().all(|record| record.group == Some(None)), "{unknown:?}");
    let none = place.run(&tiny(&["--json"])).exits(0).document();
    assert!(none.results.iter().all(|record| record.group.is_none()));

    let lines = place.run(&tiny(&["--format", "jsonl", "--rollup", &sure])).exits(0).lines();
    let groups: Vec<&Option<Option<Group>>> = lines.iter().map(|line| &line.group).collect();
    assert_eq!(groups, document.results.iter().map(|record| &record.group).collect::<Vec<_>>());

    let csv = place.run(&tiny(&["--format", "csv", "--rollup", &sure, "-k2"])).exits(0).stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().iter().collect::<Vec<_>>().join(",");
    assert_eq!(header, "path,rank,index,wnid,label,score,error,group_wnid,group_label,group_score");
    let row = reader.records().map(Result::unwrap).find(|row| &row[0] == "in/espresso.jpg").unwrap();
    assert_eq!((Some(&row[7]), Some(&row[8])), (group.wnid.as_deref(), group.label.as_deref()));
    assert_eq!(row[9].parse::<f32>().unwrap(), group.score);

    let table = place.run(&tiny(&["--rollup", &sure])).exits(0).stdout;
    let label = group.label.as_deref().unwrap().replace('_', " ");
    assert!(table.contains(&format!("  group: {label}  ")), "{table}");
    let table = place.run(&tiny(&["--rollup", "1"])).exits(0).stdout;
    assert_eq!(table.matches("  group: unknown\n").count(), 3, "{table}");

    place.run(&tiny(&["--rollup", &sure, "--report", "page.html"])).exits(0);
    let page = fs::read_to_string(place.path().join("page.html")).unwrap();
    assert!(page.contains("\"group\":{\"wnid\":"), "the page's data has it");
}

#[test]
fn a_group_is_the_most_specific_one_by_the_names_that_labels_lists() {
    let place = place();
    let listing: Value =
        serde_json::from_str(&place.run(&["labels", "tiny", "--json"]).exits(0).stdout).unwrap();
    let groups: Vec<(String, Vec<usize>)> = listing["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let classes = group["classes"].as_array().unwrap().iter();
            let classes = classes.map(|class| class.as_u64().unwrap() as usize).collect();
            (group["wnid"].as_str().unwrap().to_owned(), classes)
        })
        .collect();
    let classes = listing["classes"].as_array().unwrap().iter().zip(0..);
    let classes = classes.map(|(class, index)| (class["wnid"].as_str().unwrap().to_owned(), vec![index]));
    let classes: Vec<(String, Vec<usize>)> = classes.collect();
    let is_group = |wnid: &String| !classes.iter().any(|(class, _)| class == wnid);
    let nodes: Vec<(String, Vec<usize>)> = classes.iter().cloned().chain(groups).collect();
    for least in ["0.05", "0.3", "0.5", "0.8", "0.95"] {
        let document = place.run(&tiny(&["--json", "-k0", "--rollup", least])).exits(0).document();
        for record in document.results {
            let scores: HashMap<usize, f64> =
                record.predictions.unwrap().iter().map(|best| (best.index, f64::from(best.score))).collect();
            let mass = |classes: &[usize]| classes.iter().map(|class| scores[class]).sum::<f64>();
            let sure = nodes.iter().filter(|(_, classes)| mass(classes) >= least.parse().unwrap());
            let best = sure.min_by(|a, b| {
                let by_mass = mass(&b.1).total_cmp(&mass(&a.1));
                let by_name = is_group(&a.0).cmp(&is_group(&b.0)).then(a.0.cmp(&b.0));
                a.1.len().cmp(&b.1.len()).then(by_mass).then(by_name)
            });
            let best = best.filter(|(_, classes)| classes.len() <= 100).map(|(wnid, _)| wnid.clone());
            let got = record.group.unwrap().map(|group| group.wnid.unwrap());
            assert_eq!(got, best, "{} at {least}", record.path);
        }
    }
}

#[test]
fn rules_hide_and_rename_and_are_refused_with_their_line() {
    let place = place();
    let (cup, sure) = (best("espresso"), bound(&["espresso"]));
    let rules = format!("label,threshold,keyword\n{},{sure},Kaffee ☕\ncat,1,\n", cup.label);
    place.write("rules.csv", rules.as_bytes());
    let document = place.run(&tiny(&["--json", "-k0", "--rules", "rules.csv"])).exits(0).document();
    for record in document.results {
        let predictions = record.predictions.unwrap();
        let found = predictions.iter().find(|best| best.index == cup.index);
        assert_eq!(found.is_some(), record.path == "in/espresso.jpg");
        assert!(found.is_none_or(|found| found.label.as_deref() == Some("Kaffee ☕") && found.rank == 1));
        assert!(predictions.iter().all(|best| ![30, 31, 32].contains(&best.index)), "no cats are shown");
    }
    place.write("rules.csv", b"label,threshold\ntabby,0.5\n\nunicorn,0.1\n");
    let run = place.run(&tiny(&["--rules", "rules.csv"])).exits(2);
    run.says("error: --rules rules.csv, line 4: \"unicorn\" is not one of the model's 200 classes");
    place.run(&tiny(&["--rules", "none.csv"])).exits(2).says("--rules none.csv");
}

#[test]
fn a_model_without_wordnet_ids_has_lists_of_classes_but_no_groups() {
    let place = place();
    let names: String = (0..200).map(|index| format!("thing {index}\n")).collect();
    place.write("names.txt", names.as_bytes());
    let run = place.run(&tiny(&["--labels", "names.txt", "--rollup", "0.5"])).exits(2);
    run.says("error: --rollup: the model's labels have no WordNet ids");
    let flags = ["--json", "-k0", "--labels", "names.txt", "--classes", "thing 7,9"];
    assert_eq!(probabilities(place.run(&tiny(&flags))).len(), 2);
    let run = place.run(&["labels", "tiny", "--groups", "--labels", "names.txt"]).exits(2);
    run.says("no WordNet ids");
    let run = place.run(&["labels", "tiny", "thing", "17", "--labels", "names.txt"]).exits(0);
    assert!(run.stdout.contains("   17    thing 17\n"), "{}", run.stdout);
}

#[test]
fn every_wish_changes_the_fingerprint_and_resuming_redoes_rows_that_were_made_otherwise() {
    let place = place();
    place.write("rules.csv", b"label,threshold\ntabby,0.5\n");
    let wishes: [&[&str]; 8] = [
        &[],
        &["--classes", "dog,cat"],
        &["--classes", "dog"],
        &["--rollup", "0.8"],
        &["--rollup", "0.9"],
        &["--rules", "rules.csv"],
        &["--temperature", "2"],
        &["--top-k", "3"],
    ];
    let mut models = std::collections::BTreeSet::new();
    for wish in wishes {
        let flags = [&["--output", "out.jsonl", "--format", "jsonl", "--resume"], wish].concat();
        let run = place.run(&tiny(&flags)).exits(0);
        assert!(!run.stderr.contains("answered already"), "{wish:?}: {}", run.stderr);
        place.run(&tiny(&flags)).exits(0).says("3 images were answered already");
        let text = fs::read_to_string(place.path().join("out.jsonl")).unwrap();
        let fresh = place.run(&tiny(&[&["--format", "jsonl"], wish].concat())).exits(0).stdout;
        assert_eq!(text, fresh, "{wish:?}: the rows of one run");
        let row: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        models.insert(row["model"].as_str().unwrap().to_owned());
    }
    assert_eq!(models.len(), wishes.len(), "{models:?}");
}

#[test]
fn merged_shards_are_one_run() {
    let place = place();
    let flags =
        ["--format", "jsonl", "--classes", "dog,cat,espresso", "--rollup", "0.6", "--temperature", "1.5"];
    let whole = place.run(&tiny(&flags)).exits(0).stdout;
    for shard in ["1/2", "2/2"] {
        let name = format!("{}.jsonl", &shard[..1]);
        place.run(&tiny(&[&flags[..], &["--shard", shard, "-o", &name]].concat()));
    }
    assert_eq!(place.run(&["merge", "1.jsonl", "2.jsonl"]).exits(0).stdout, whole);
}

#[test]
fn labels_lists_and_finds_classes_and_groups() {
    let place = Place::new();
    let all = place.run(&["labels", "tiny"]).exits(0).stdout;
    assert_eq!(all.lines().count(), 200);
    let dogs = place.run(&["labels", "large", "dog"]).exits(0).stdout;
    assert!(dogs.lines().count() >= 118 && dogs.contains("  151  n02085620  Chihuahua "), "{dogs}");
    let groups = place.run(&["labels", "large", "dog", "--groups"]).exits(0).stdout;
    assert!(groups.contains("    118  n02084071  dog (domestic dog, Canis familiaris)\n"), "{groups}");
    place.run(&["labels", "tiny", "unicorn"]).exits(1).says("nothing in tiny has the words \"unicorn\"");
    place.run(&["labels", "timy"]).exits(2);
    let json = place.run(&["labels", "mobile", "--json"]).exits(0).stdout;
    let listing: Value = serde_json::from_str(&json).unwrap();
    let count = |key: &str| listing[key].as_array().unwrap().len();
    assert_eq!((count("classes"), count("groups")), (1000, 860));
}

#[test]
fn a_fitted_temperature_is_stored_used_and_overridden() {
    let place = Place::new();
    for (folder, photo) in [("espresso", "espresso"), ("tabby", "cat"), ("dog house", "rocket")] {
        let folder = if folder == "dog house" { "n03637318" } else { folder };
        place.put(&format!("photos/{photo}.jpg"), format!("in/{folder}/{photo}.jpg"));
    }
    let eval = |model: &str, flags: &[&str]| place.run(&[&["eval", "in", "--model", model], flags].concat());
    let run = eval("tiny", &["--json", "--calibrate", "-o", "calibrated.safetensors"]).exits(0);
    let run = run.says("calibrated.safetensors: temperature ");
    let before: Value = serde_json::from_str(&run.stdout).unwrap();
    let fitted = before["calibration"]["temperature"].as_f64().unwrap();
    let after = eval("calibrated.safetensors", &["--json"]).exits(0);
    let after: Value = serde_json::from_str(&after.stdout).unwrap();
    assert_eq!((before["temperature"].as_f64(), after["temperature"].as_f64()), (Some(1.0), Some(fitted)));
    let error = |document: &Value, key: &str| document["calibration"][key].as_f64().unwrap();
    let known = error(&before, "expected_error_at_temperature");
    assert!((error(&after, "expected_error") - known).abs() < 1e-9);
    assert_eq!(after["selective"].as_array().unwrap().len(), 3);
    let rows = after["selective"].as_array().unwrap();
    let leasts: Vec<f64> = rows.iter().map(|row| row["rollup"].as_f64().unwrap()).collect();
    assert_eq!(leasts, [0.5, 0.8, 0.95]);
    for row in rows {
        let images = |key: &str| row[key]["images"].as_u64().unwrap();
        assert_eq!(images("class") + images("group") + row["unknown"].as_u64().unwrap(), 3);
    }

    let classify = |model: &str, flags: &[&str]| {
        place.run(&[&["classify", "--model", model, "in", "--json", "-k0"], flags].concat())
    };
    let run = classify("calibrated.safetensors", &[]).exits(0).says("temperature ");
    let document = run.says("fitted on 3 images").document();
    assert_eq!(document.model.temperature, Some(fitted));
    let by_flag = classify("tiny", &["--temperature", &fitted.to_string()]).exits(0).document();
    let scores = |document: Document| -> Vec<u32> {
        let predictions = document.results.into_iter().flat_map(|record| record.predictions.unwrap());
        predictions.map(|best| best.score.to_bits()).collect()
    };
    assert_eq!(scores(document), scores(by_flag), "the same bits");
    let plain = classify("calibrated.safetensors", &["--temperature", "1"]).exits(0).document();
    assert_eq!(plain.model.temperature, None);
    assert_eq!(scores(plain), scores(classify("tiny", &[]).exits(0).document()));

    let again = ["--calibrate", "-o", "calibrated.safetensors"];
    eval("tiny", &again).exits(2).says("it is there already\nhint: --force replaces it");
    eval("calibrated.safetensors", &[&again[..], &["--force"]].concat()).exits(0);
    let run = place.run(&["info", "calibrated.safetensors"]).exits(0);
    assert!(
        run.stdout.contains(&format!("temperature         {fitted:.4}, fitted on 3 images")),
        "{}",
        run.stdout
    );
    eval("tiny", &["--calibrate"]).exits(2).says("--output");
    let table = eval("calibrated.safetensors", &["--report", "page.html"]).exits(0).stdout;
    assert!(table.contains("rolled-up answers (--rollup P)") && table.contains("at temperature "), "{table}");
    assert!(fs::read_to_string(place.path().join("page.html")).unwrap().contains("selective_curve"));
}
