//! What a post-mortem advises follows from the chain of causes, and from what the design lacks.

mod support;

use pressure_point::insight::{Explanation, advice, post_mortem};
use pressure_point::metrics::Recording;
use pressure_point::sim::{Scenario, Simulation};
use support::read;

fn explained(text: &str) -> (Explanation, Recording, Scenario) {
    let design = read(text);
    let mut simulation = Simulation::new(&design, None);
    let frames = std::iter::from_fn(|| simulation.frame()).collect();
    let mut recording = Recording { parts: simulation.parts().clone(), ..Recording::default() };
    recording.extend(frames);
    let scenario = Scenario::of(design);
    (Explanation::of(&recording, &scenario), recording, scenario)
}

/// A balancer with two servers and a database; the advice on its worst incident must hold these words.
#[track_caller]
fn check(balancer: &str, wire: &str, db: &str, fault: &str, expected: &[&str]) {
    let (explanation, recording, scenario) = explained(&format!(
        "version = 1\nduration = \"60s\"\n[classes.r]\ncpu = \"exp(3ms)\"\nreads = 1\n\
         [components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"300/s\"]]\n\
         [components.lb]\nkind = \"load-balancer\"\n{balancer}\n\
         [components.app-1]\nkind = \"server\"\n[components.app-2]\nkind = \"server\"\n\
         [components.db]\nkind = \"database\"\n{db}\n\
         [wires]\n\"users -> lb\" = {{ timeout = \"2s\" }}\n\"lb -> app-1\" = {{}}\n\"lb -> app-2\" = {{}}\n\
         \"app-1 -> db\" = {{ {wire} }}\n\"app-2 -> db\" = {{ {wire} }}\n\
         [[faults]]\nat = \"25s\"\n{fault}\n"
    ));
    let worst = explanation.worst().expect("users were hurt");
    let advice = advice(worst, &scenario.design, &recording.parts);
    let told: String = advice.iter().map(|advice| format!("{}; {}\n", advice.factor, advice.change)).collect();
    for words in expected {
        assert!(told.contains(words), "`{words}` is missing:\n{told}{}", worst.headline());
    }
    let page = post_mortem("test", &explanation, &recording, &scenario.design);
    assert!(page.contains(&worst.headline()) && page.contains("## What to change"), "{page}");
}

#[test]
fn advice_names_what_the_design_lacks() {
    let dead = "target = \"app-2\"\nfault = \"crash\"";
    check("health = \"none\"", "timeout = \"1s\"", "", dead, &["lb has no health checks", "Give lb health checks"]);
    let crash = "target = \"db\"\nfault = \"crash\"\nfor = \"8s\"";
    check("", "timeout = \"1s\"", "", crash, &["db is a single point of failure", "Put a breaker on app-1 → db"]);
    let slow = "target = \"db\"\nfault = \"slow-down\"\nfactor = 30\nfor = \"20s\"";
    check("", "", "", slow, &["Set a timeout on app-1 → db", "bulkhead on app-1 → db"]);
    let storm = "timeout = \"200ms\", retry = { tries = 4, backoff = \"none\" }";
    check("", storm, "", slow, &["exponential backoff", "budget, such as 10 %"]);
    let pause = "target = \"app-1\"\nfault = \"gc-pause\"\nfor = \"5s\"";
    check("", "timeout = \"1s\"", "", pause, &["notice when it stands still"]);
}

#[test]
fn a_calm_run_has_a_short_page() {
    let (explanation, recording, scenario) = explained(
        "version = 1\nduration = \"20s\"\n[components.users]\nkind = \"clients\"\n[components.app]\nkind = \"server\"\n\
         [wires]\n\"users -> app\" = {}\n",
    );
    let page = post_mortem("test", &explanation, &recording, &scenario.design);
    assert!(page.contains("Users were never hurt") && !page.contains("## Timeline"), "{page}");
}
