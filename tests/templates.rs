//! Every template reads without a problem or a remark, and shows a run in which users are served.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pressure_point::design::{remarks, write};
use pressure_point::editor::template::read_list;
use pressure_point::units::Time;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/templates")
}

fn text(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("assets/templates/{file}: {error}"))
}

#[test]
fn every_template_is_listed_reads_and_runs() {
    let templates = read_list(&text("list.toml")).unwrap_or_else(|problems| panic!("list.toml: {}", problems[0]));
    let listed: BTreeSet<String> = templates.iter().map(|template| template.file.clone()).collect();
    let files = fs::read_dir(folder()).expect("the folder").map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<String> =
        files.map(|name| name.to_string_lossy().into_owned()).filter(|name| name != "list.toml").collect();
    assert_eq!(listed, files, "the list and the folder differ");
    for template in templates {
        let design = support::read(&text(&template.file));
        let remarks: Vec<String> =
            remarks(&design).into_iter().map(|r| format!("{}: {}", r.component, r.message)).collect();
        assert!(remarks.is_empty(), "{}: {remarks:?}", template.file);
        assert_eq!(support::read(&write(&design)), design, "{}", template.file);
        let (simulation, _) = support::run_design(&design, Time::ZERO);
        let report = pressure_point::metrics::Report::of(&simulation).expect("totals were asked for");
        let served = report.requests.succeeded as f64 / report.requests.issued as f64;
        assert!(served > 0.5, "{}: only {served:.2} of the requests are served", template.file);
    }
}

#[test]
fn a_bad_list_is_told_by_line() {
    let problems = read_list(
        "[good]\ntitle = \"T\"\nsummary = \"S\"\n[bad]\ntitle = \"T\"\n[\"../x\"]\ntitle = \"T\"\nsummary = \"S\"\n",
    );
    let lines: Vec<u32> = problems.unwrap_err().iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [4, 6]);
}
