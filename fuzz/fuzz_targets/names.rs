//! Label files, class names and rules: what parses can be looked up, everything else is an error.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nasnet::answers::finder::Finder;
use nasnet::answers::groups::Groups;
use nasnet::answers::labels::Labels;
use nasnet::answers::rules::Rules;

// Built once: they take most of a second.
static GROUPS: LazyLock<Groups> =
    LazyLock::new(|| Groups::of(Labels::imagenet()).expect("the classes of ImageNet have groups"));
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| {
    let labels = Labels::imagenet();
    Finder::new(Some(labels), Some(&*GROUPS), labels.len())
});

fuzz_target!(|text: &str| {
    if let Ok(labels) = Labels::parse(text, "labels") {
        let groups = Groups::of(&labels).ok();
        let finder = Finder::new(Some(&labels), groups.as_ref(), labels.len());
        for label in labels.iter().take(100) {
            let _ = finder.find(&label.name);
        }
    }
    for line in text.lines().take(100) {
        let _ = FINDER.find(line);
    }
    let _ = Rules::parse(text, "rules", &FINDER, Some(&*GROUPS), Labels::imagenet().len());
});
