//! What two texts differ in, line by line.

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stands in both.
    Kept,
    /// It stands in the first only.
    Removed,
    /// It stands in the second only.
    Added,
}

/// Lines that are compared at most: the work grows with the product of both.
const MOST_LINES: usize = 2_000;

/// The lines of both texts, in order: a longest common subsequence is kept. Lines beyond the bound are left out.
pub(super) fn line_diff<'t>(old: &'t str, new: &'t str) -> Vec<(Fate, &'t str)> {
    let (old, new): (Vec<_>, Vec<_>) = (
        old.lines().take(MOST_LINES).collect(),
        new.lines().take(MOST_LINES).collect(),
    );
    // common[i][j]: how many lines the rests behind i and j have in common.
    let mut common = vec![vec![0_u16; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = match old[i] == new[j] {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((Fate::Kept, old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            lines.push((Fate::Removed, old[i]));
            i += 1;
        } else {
            lines.push((Fate::Added, new[j]));
            j += 1;
        }
    }
    lines
}

/// Only what changed, with the line before and behind it.
pub(super) fn changed_lines<'t>(old: &'t str, new: &'t str) -> Vec<(Fate, &'t str)> {
    let lines = line_diff(old, new);
    let is_near = |at: usize| {
        let near = lines
            .iter()
            .skip(at.saturating_sub(1))
            .take(if at == 0 { 2 } else { 3 });
        near.into_iter().any(|(fate, _)| *fate != Fate::Kept)
    };
    (0..lines.len())
        .filter(|at| is_near(*at))
        .map(|at| lines[at])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_one_text_only_is_shown_as_such() {
        use Fate::{Added, Kept, Removed};
        assert_eq!(
            line_diff("a\nb\nc\n", "a\nx\nc\nd\n"),
            [
                (Kept, "a"),
                (Removed, "b"),
                (Added, "x"),
                (Kept, "c"),
                (Added, "d")
            ]
        );
        assert_eq!(
            changed_lines("1\n2\n3\n4\n5\n", "1\n2\n3\n4\n6\n"),
            [(Kept, "4"), (Removed, "5"), (Added, "6")]
        );
        assert!(changed_lines("a\nb", "a\nb").is_empty());
        assert_eq!(line_diff("", "a"), [(Added, "a")]);
    }
}
