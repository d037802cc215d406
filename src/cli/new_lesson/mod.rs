//! `new-lesson`: a folder with a small lesson that holds, to be rewritten; and its line in the course.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::design::Problem;
use crate::lesson::Course;

use super::run::{problem, told};

/// The files of the small lesson.
const FILES: [(&str, &str); 5] = [
    ("lesson.md", include_str!("lesson.md")),
    ("start.toml", include_str!("start.toml")),
    ("solution.toml", include_str!("solution.toml")),
    ("wrong-long-queue.toml", include_str!("wrong-long-queue.toml")),
    ("wrong-short-queue.toml", include_str!("wrong-short-queue.toml")),
];

/// Makes the lesson `name` (`part-1/14-my-lesson`) below the folder of the course.
pub fn new_lesson(name: &str, lessons: &Path) -> ExitCode {
    told(try_new_lesson(name, lessons))
}

fn try_new_lesson(name: &str, lessons: &Path) -> Result<(), Vec<Problem>> {
    let course = lessons.join("course.toml");
    let unreadable = |error: std::io::Error| {
        let hint = "go to the folder that holds `lessons`, or name it with --lessons DIR";
        vec![problem(&course, format!("cannot be read: {error}"), hint)]
    };
    let text = fs::read_to_string(&course).map_err(unreadable)?;
    let with_line = Course::with_lesson(&course.display().to_string(), &text, name)?;
    let folder = lessons.join(name);
    if folder.exists() {
        let message = "is there already; nothing was changed".to_owned();
        return Err(vec![problem(&folder, message, "choose another name")]);
    }
    write_all(&folder, name)?;
    write(&course, &with_line)?;
    let shown = folder.display();
    println!("{shown}: a small lesson that holds, to be rewritten; it is in {}", course.display());
    println!("\n  check it:   pressure-point check {shown}");
    println!("  look at it: pressure-point serve, then #lesson={name}");
    Ok(())
}

fn write_all(folder: &Path, name: &str) -> Result<(), Vec<Problem>> {
    fs::create_dir_all(folder).map_err(|error| unwritten(folder, &error))?;
    let title = title_of(name);
    FILES.iter().try_for_each(|(file, text)| write(&folder.join(file), &text.replace("{title}", &title)))
}

fn write(path: &PathBuf, text: &str) -> Result<(), Vec<Problem>> {
    fs::write(path, text).map_err(|error| unwritten(path, &error))
}

fn unwritten(path: &Path, error: &std::io::Error) -> Vec<Problem> {
    vec![problem(path, format!("cannot be written: {error}"), "may you write here?")]
}

/// `part-1/14-my-lesson` is called “My lesson”.
fn title_of(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    let words = last.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('-').replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or("TODO".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles() {
        assert_eq!(title_of("part-1/14-my-lesson"), "My lesson");
        assert_eq!(title_of("queues"), "Queues");
        assert_eq!(title_of("a/14"), "TODO");
    }
}
