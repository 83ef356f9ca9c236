//! Joining, for every way to deal rows out to files.

use super::*;

/// Deals rows out to files and joins them; gives the joined rows and what was found wrong.
fn joined(rows: &[(u64, usize)], count: usize) -> (Vec<u8>, Findings) {
    let folder = tempfile::tempdir().unwrap();
    let mut texts = vec![Vec::new(); count];
    for (seq, file) in rows {
        texts[*file].extend(row(*seq));
    }
    let name = |index: usize| folder.path().join(format!("{index}.jsonl"));
    let files: Vec<PathBuf> = (0..count).map(name).collect();
    files.iter().zip(texts).for_each(|(file, text)| std::fs::write(file, text).unwrap());
    let mut out = Vec::new();
    let findings = join(&files, &mut |shard| {
        out.extend_from_slice(&shard.line);
        Ok(())
    });
    (out, findings.unwrap())
}

fn row(seq: u64) -> Vec<u8> {
    format!(
        "{{\"path\": \"{seq}.jpg\", \"seq\": {seq}, \"model\": \"tiny@0123456789ab\", \"predictions\": []}}\n"
    )
    .into_bytes()
}

#[test]
fn rows_come_back_in_their_order_however_they_were_dealt_out() {
    arbtest::arbtest(|random| {
        let count = random.int_in_range(1..=6)?;
        let length = random.int_in_range(0..=30)?;
        let mut rows = Vec::new();
        for seq in 0..length {
            rows.push((seq, random.int_in_range(0..=count - 1)?));
        }
        let (out, findings) = joined(&rows, count);
        assert_eq!(out, (0..length).flat_map(row).collect::<Vec<u8>>());
        assert_eq!((findings.rows, findings.missing, findings.duplicates.count), (length, 0, 0));
        assert_eq!((findings.shared, findings.bad.count), (0, 0));
        Ok(())
    })
    .budget_ms(300);
}

#[test]
fn a_row_that_is_lost_or_there_twice_is_noticed_wherever_it_was() {
    arbtest::arbtest(|random| {
        let count = random.int_in_range(1..=4)?;
        // The last row of all cannot be missed: nobody knows how many there were.
        let length = random.int_in_range(2..=20)?;
        let picked = random.int_in_range(0..=length - 2)?;
        let twice: bool = random.arbitrary()?;
        let mut rows = Vec::new();
        for seq in 0..length {
            let copies = if seq != picked {
                1
            } else if twice {
                2
            } else {
                0
            };
            for _ in 0..copies {
                rows.push((seq, random.int_in_range(0..=count - 1)?));
            }
        }
        let (out, findings) = joined(&rows, count);
        assert_eq!((findings.missing, findings.duplicates.count), if twice { (0, 1) } else { (1, 0) });
        let expected = (0..length).filter(|seq| twice || *seq != picked);
        assert_eq!(out, expected.flat_map(row).collect::<Vec<u8>>());
        Ok(())
    })
    .budget_ms(300);
}
