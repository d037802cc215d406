//! The author's tools as a person uses them: `new-lesson`, whose lesson holds, and `serve`, which tells of what is saved.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use pressure_point::lesson::Course;

const COURSE: &str = "version = 1\ntitle = \"All\"\n\n[[parts]]\ntitle = \"One\"\nlessons = [\n    \"one/01-x\", # the first\n    \"one/02-y\" # ]\n]\n\n[[parts]]\ntitle = \"Two\"\nlessons = [\"two/01-z\"]\n";

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("the folder for tests is there");
    path
}

fn run(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_pressure-point")).args(arguments).output().expect("it starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

#[test]
fn a_line_of_the_course_is_added_where_it_belongs() {
    let check = |lesson: &str, from: &str, to: &str| {
        let text = Course::with_lesson("c", COURSE, lesson).expect(lesson);
        assert_eq!(text, COURSE.replace(from, to), "{lesson}");
    };
    check("one/03-w", "\"one/02-y\" # ]\n]", "\"one/02-y\", # ]\n    \"one/03-w\",\n]");
    check("two/02-w", "[\"two/01-z\"]", "[\"two/01-z\", \"two/02-w\"]");
    check("three/01-w", "[\"two/01-z\"]", "[\"two/01-z\", \"three/01-w\"]");
    let refused = |lesson: &str| Course::with_lesson("c", COURSE, lesson).expect_err(lesson)[0].to_string();
    assert_eq!(refused("one/01-x"), "c:1: `one/01-x` is in the course already\n  hint: choose another name");
    assert!(refused("../x").starts_with("c:1: `../x` is no folder of a lesson\n  hint: use letters"));
}

#[test]
fn a_new_lesson_holds_and_nothing_is_overwritten() {
    let lessons = folder("new-lesson");
    let shown = lessons.to_str().expect("a plain path");
    let course = "version = 1\ntitle = \"Mine\"\n[[parts]]\ntitle = \"One\"\nlessons = []\n";
    fs::write(lessons.join("course.toml"), course).unwrap();
    let (good, said) = run(&["new-lesson", "part-1/01-my-lesson", "--lessons", shown]);
    assert!(good, "{said}");
    assert!(fs::read_to_string(lessons.join("course.toml")).unwrap().contains("lessons = [\"part-1/01-my-lesson\"]"));
    let (good, said) = run(&["check", shown]);
    assert!(good, "{said}");
    assert!(said.contains("lesson.md:1: there is a TODO left: "), "{said}");
    assert!(said.contains("margin of `p95(users) < 200ms after 5s`"), "{said}");
    assert!(said.contains("the solution without `server.cores`, every size times 2"), "{said}");

    let text = fs::read_to_string(lessons.join("part-1/01-my-lesson/lesson.md")).unwrap();
    assert!(text.contains("title = \"My lesson\""));
    let (good, said) = run(&["new-lesson", "part-1/01-my-lesson", "--lessons", shown]);
    assert!(!good && said.contains("`part-1/01-my-lesson` is in the course already"), "{said}");
    fs::write(lessons.join("course.toml"), course).unwrap();
    let (good, said) = run(&["new-lesson", "part-1/01-my-lesson", "--lessons", shown]);
    assert!(!good && said.contains("is there already; nothing was changed"), "{said}");
    assert_eq!(fs::read_to_string(lessons.join("course.toml")).unwrap(), course);
}

/// A server that ends with its test.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(site: &Path, lessons: &Path) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pressure-point"))
            .arg("serve")
            .args([site.as_os_str(), "--lessons".as_ref(), lessons.as_os_str(), "--port".as_ref(), "0".as_ref()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("it is piped")).read_line(&mut line).expect("it says where it is");
        let port = line.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split('/').next()?.parse().ok());
        Server { child, port: port.unwrap_or_else(|| panic!("{line}")) }
    }

    /// Head and body of the answer.
    fn ask(&self, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
        (head.to_owned(), body.to_owned())
    }

    fn get(&self, path: &str) -> (String, String) {
        let (head, body) = self.ask(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", self.port));
        (head.lines().next().unwrap_or_default().to_owned(), body)
    }
}

#[test]
fn a_site_is_served_with_the_authors_lessons_over_it() {
    let (site, lessons) = (folder("serve-site"), folder("serve-lessons"));
    fs::create_dir_all(site.join("lessons/a")).unwrap();
    fs::create_dir_all(lessons.join("b")).unwrap();
    fs::write(site.join("index.html"), "<title>x</title>").unwrap();
    fs::write(site.join("lessons/a/lesson.md"), "the site's").unwrap();
    fs::write(site.join("lessons/course.toml"), "the site's").unwrap();
    fs::write(lessons.join("course.toml"), "the author's").unwrap();
    fs::write(lessons.join("b/lesson.md"), "first").unwrap();
    fs::write(lessons.join(".secret"), "no").unwrap();
    let server = Server::start(&site, &lessons);
    let check = |path: &str, status: &str, body: &str| {
        assert_eq!(server.get(path), (format!("HTTP/1.1 {status}"), body.to_owned()), "{path}");
    };
    check("/?x=1", "200 OK", "<title>x</title>\n<meta name=\"author-server\" content=\"__saved\" />");
    check("/lessons/course.toml", "200 OK", "the author's");
    check("/lessons/a/lesson.md", "200 OK", "the site's");
    check("/lessons/b/lesson.md", "200 OK", "first");
    check("/lessons/b%2Flesson.md", "200 OK", "first");
    for bad in [
        "/lessons/../course.toml",
        "/lessons/%2e%2e/serve-site/index.html",
        "/lessons/.secret",
        "//etc/passwd",
        "/nothing",
        "/lessons/b",
    ] {
        check(bad, "404 Not Found", "Not found\n");
    }
    check("nothing", "400 Bad Request", "Bad request\n");
    let (head, body) = server.ask(&format!("HEAD / HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", server.port));
    assert!(head.contains("content-type: text/html") && body.is_empty(), "{head}");
    let (head, _) = server.ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    let (head, _) = server.ask("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");

    let before = server.get("/__saved").1;
    assert_eq!(before, server.get("/__saved").1);
    fs::write(lessons.join("b/lesson.md"), "second, longer").unwrap();
    assert_ne!(before, server.get("/__saved").1);
}
