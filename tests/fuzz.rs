//! A thousand mutated lesson, design and course files: never a crash of a reader, of the verifier's reading, of the
//! renderer or of a short run; and whatever HTML comes out is safe.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

use pressure_point::design::{Design, Kind, read};
use pressure_point::lesson::{
    Block, Course, Goal, Lesson, LessonTexts, Run, read_scenario, term_of, terms, variants, verify_with,
};
use pressure_point::sim::Simulation;
use pressure_point::units::Time;

/// A small generator, so that a failure can be repeated from its number.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const NUMBERS: [&str; 9] = [
    "0",
    "-1",
    "99999999999999999999",
    "1e308",
    "nan",
    "0.0000000001",
    "1_000_000",
    "\"inf/s\"",
    "9223372036854775807",
];
const PIECES: [&str; 18] = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](data:text/html,x)",
    "<img src=x onerror=y>",
    "```goals\n",
    "```design run\n",
    "```hint when ",
    "```predict metric = \"",
    "+++\n",
    "## ",
    "- [x] ",
    "> ",
    "\u{1F980}\0",
    "{title}",
    "[[faults]]\n",
    "\"a -> b\" = {}\n",
    "[a]: javascript:x\n\n[a]\n",
    "# ",
];

/// Spoils a text in up to four places.
fn mutated(text: &str, random: &mut Random) -> String {
    let places = 1 + random.below(4);
    mutated_in(text, places, random)
}

fn mutated_in(text: &str, places: usize, random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..places {
        let at = random.below(bytes.len());
        let to = (at + random.below(60)).min(bytes.len());
        let piece = bytes[at..to].to_vec();
        match random.below(9) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            1 => drop(bytes.drain(at..to)),
            2 => drop(bytes.splice(at..at, piece.repeat(1 + random.below(3)))),
            3 => {
                // Two stretches change places.
                let other = random.below(bytes.len());
                let end = (other + piece.len()).min(bytes.len());
                let taken: Vec<u8> = bytes.splice(other..end, piece).collect();
                let to = to.min(bytes.len());
                drop(bytes.splice(at.min(to)..to, taken));
            }
            4 => {
                let digits = bytes[at..].iter().position(u8::is_ascii_digit).map(|digit| at + digit);
                let from = digits.unwrap_or(at);
                let end = from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                drop(bytes.splice(from..end, random.pick(&NUMBERS).bytes()));
            }
            5 => {
                let deep = random.pick(&["[", "> ", "{ a = ", "- ", "(", "*", "[a]("]).repeat(1 + random.below(3000));
                drop(bytes.splice(at..at, deep.bytes()));
            }
            6 => drop(bytes.splice(at..to, random.pick(&PIECES).bytes())),
            7 => drop(bytes.splice(at..at, random.pick(&PIECES).bytes())),
            _ if random.below(4) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// All real files of this name, and those of the template.
fn real(names: impl Fn(&str) -> bool) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["lessons", "src/cli/new_lesson"] {
        collect(&root.join(folder), &names, &mut found);
    }
    found.sort();
    assert!(found.len() >= 3, "there are files to mutate");
    found
}

fn collect(folder: &Path, names: &impl Fn(&str) -> bool, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, names, found);
        } else if names(&entry.file_name().to_string_lossy()) {
            let text = fs::read_to_string(&path).expect("text");
            found.push((path, text));
        }
    }
}

/// What is not safe in this HTML.
fn not_safe(html: &str) -> Option<String> {
    const TAGS: [&str; 25] = [
        "p",
        "em",
        "strong",
        "del",
        "code",
        "pre",
        "ul",
        "ol",
        "li",
        "blockquote",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "img",
        "hr",
        "br",
        "sup",
    ];
    for tag in html.split('<').skip(1) {
        let Some((inside, _)) = tag.split_once('>') else { return Some(format!("open tag <{tag}")) };
        let inside = inside.trim_start_matches('/').trim_end_matches('/').trim();
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        if !TAGS.contains(&name) {
            return Some(format!("<{inside}>"));
        }
        // Values hold no quotes: those are escaped.
        let mut parts = attributes.split('"');
        while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
            let goes = |starts: &[&str]| starts.iter().any(|start| value.to_ascii_lowercase().starts_with(start));
            let fine = match key.trim() {
                "href=" => goes(&["http://", "https://", "#", "l/"]),
                "src=" => goes(&["l/"]),
                "style=" => goes(&["text-align: "]),
                "alt=" | "title=" | "class=" | "start=" => true,
                _ => false,
            };
            if !fine {
                return Some(format!("<{inside}>"));
            }
        }
    }
    None
}

/// All HTML of a lesson.
fn html_of(lesson: &Lesson) -> Vec<&str> {
    let mut found = Vec::new();
    for block in lesson.blocks() {
        match block {
            Block::Prose(html) => found.push(html.as_str()),
            Block::Hint(hint) => found.push(hint.html.as_str()),
            Block::Predict(predict) => {
                found.extend(predict.options.iter().map(String::as_str));
                found.extend([predict.question.as_str(), predict.explanation.as_str()]);
            }
            Block::Design(design) => found.extend(design.run.as_deref()),
            Block::Goals(_) => {}
        }
    }
    found
}

/// Runs half a second of a design whose traffic is not beyond all bounds.
fn run_shortly(design: &Design) {
    let crowd: f64 = design
        .components
        .iter()
        .map(|component| match &component.kind {
            Kind::Clients(clients) => {
                clients.traffic.0.iter().map(|(_, rate)| rate.0).fold(0.0, f64::max) + f64::from(clients.users)
            }
            _ => 0.0,
        })
        .sum();
    if crowd > 30_000.0 {
        return;
    }
    let design = Design { duration: design.duration.min(Time::from_millis(500)), ..design.clone() };
    let mut simulation = Simulation::new(&design, None);
    while simulation.frame().is_some() {}
}

#[test]
fn a_thousand_mutated_lessons() {
    let lessons = real(|name| name.starts_with("lesson") && name.ends_with(".md"));
    let mut good = 0;
    for seed in 0..400 {
        let random = &mut Random(seed);
        let (path, text) = &lessons[seed as usize % lessons.len()];
        let beside = |file: &str| fs::read_to_string(path.with_file_name(file)).expect("it is beside");
        let text = mutated(text, random);
        let (start, solution) = (beside("start.toml"), beside("solution.toml"));
        let read = Lesson::read("l", &text, &start);
        if let Ok(lesson) = &read {
            good += 1;
            for html in html_of(lesson) {
                assert_eq!(not_safe(html), None, "seed {seed}: {html}");
            }
            // As a translation of itself.
            let _ = lesson.translated("l", "de", &mutated(&text, random));
            let solution = pressure_point::design::read(&solution).expect("the real one is good");
            let _ = variants(lesson, &solution);
        }
        let texts = LessonTexts {
            folder: "l".to_owned(),
            lesson: Some(text),
            start: Some(start),
            solution: Some(solution),
            ..LessonTexts::default()
        };
        let _ = verify_with(&texts, &mut |jobs| {
            let none = |job: &pressure_point::lesson::Job| Run {
                build: job.build.clone(),
                seed: job.design.seed,
                scale: 1,
                standings: Vec::new(),
                watched: Vec::new(),
            };
            jobs.iter().map(none).collect()
        });
    }
    assert!(good > 40, "some mutants must still be lessons, or the rest is not tested: {good}");
}

#[test]
fn mutated_designs_are_read_and_run() {
    let designs = real(|name| name.ends_with(".toml") && name != "course.toml");
    let mut good = 0;
    for seed in 0..450 {
        let random = &mut Random(seed ^ 0x5eed);
        let (_, text) = &designs[random.below(designs.len())];
        // One slip leaves many a design good, which then runs; more are there for the reader.
        let text = if seed % 3 == 0 { mutated(text, random) } else { mutated_in(text, 1, random) };
        let _ = read_scenario(&text);
        if let Ok(design) = read(&text) {
            good += 1;
            run_shortly(&design);
        }
    }
    assert!(good > 50, "some mutants must still be designs: {good}");
}

#[test]
fn mutated_courses_goals_and_glossaries() {
    let courses = real(|name| name == "course.toml" || name == "start.toml");
    let course = &courses.iter().find(|(path, _)| path.ends_with("course.toml")).expect("there is a course").1;
    let design = read("version = 1\n[components.users]\nkind = \"clients\"\n").expect("a good design");
    let goals =
        ["p99(users) < 300ms during spike for 20s # x", "retries(users -> app) <= 1_000 after 1m30s", "cost <= $3.5/h"];
    let glossary = "# Glossary\n\n## Tail latency\n\nThe [slow](https://example.org) ones.\n\n## Goodput\n\nGood.\n";
    for seed in 0..250 {
        let random = &mut Random(seed ^ 0xc0c0);
        let text = mutated(course, random);
        let _ = Course::read("c", &text);
        let _ = Course::with_lesson("c", &text, "part-1/99-x")
            .map(|text| Course::read("c", &text).expect("still a course"));
        let goal = mutated(random.pick(&goals), random);
        let _ = goal.parse::<Goal>().map(|goal| goal.check(&design)).map_err(|error| error.pointed(&goal));
        let _ = Goal::reading(&goal);
        let glossary = mutated(glossary, random);
        for term in terms(&glossary).into_iter().map(|term| term.id) {
            let html = term_of(&glossary, &term).map(|html| html.to_lowercase()).unwrap_or_default();
            assert!(!html.contains("<script") && !html.contains("\"javascript:"), "seed {seed}: {html}");
        }
    }
}
