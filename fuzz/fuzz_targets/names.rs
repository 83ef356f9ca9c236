//! Label files, class names and rules: what parses can be looked up, everything else is an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nasnet::answers::finder::Finder;
use nasnet::answers::groups::Groups;
use nasnet::answers::labels::Labels;
use nasnet::answers::rules::Rules;

fuzz_target!(|text: &str| {
    if let Ok(labels) = Labels::parse(text, "labels") {
        let groups = Groups::of(&labels).ok();
        let finder = Finder::new(Some(&labels), groups.as_ref(), labels.len());
        for label in labels.iter().take(100) {
            let _ = finder.find(&label.name);
        }
    }
    let labels = Labels::imagenet();
    let groups = Groups::of(labels).expect("the classes of ImageNet have groups");
    let finder = Finder::new(Some(labels), Some(&groups), labels.len());
    for line in text.lines().take(100) {
        let _ = finder.find(line);
    }
    let _ = Rules::parse(text, "rules", &finder, Some(&groups), labels.len());
});
