//! The distribution of one picture's samples given to another: histogram matching through cumulative sums.

/// The table that turns samples distributed like `source` into samples distributed like `reference`.
pub fn matching(source: &[u8], reference: &[u8]) -> [u8; 256] {
    let (source, reference) = (cumulated(source), cumulated(reference));
    source.map(|part| interpolated(part, &reference) as u8)
}

fn cumulated(samples: &[u8]) -> [f64; 256] {
    let mut counts = [0u64; 256];
    for sample in samples {
        counts[usize::from(*sample)] += 1;
    }
    let mut sum = 0;
    counts.map(|count| {
        sum += count;
        sum as f64 / samples.len().max(1) as f64
    })
}

/// The sample at which the cumulated part is `part`, between two where it must, as NumPy's `interp`: of equal parts the
/// last one counts.
fn interpolated(part: f64, parts: &[f64; 256]) -> f64 {
    let above = parts.partition_point(|other| *other <= part);
    match above {
        0 => 0.0,
        256 => 255.0,
        above => {
            let (low, high) = (parts[above - 1], parts[above]);
            if low == part {
                return (above - 1) as f64;
            }
            1.0 / (high - low) * (part - low) + (above - 1) as f64
        }
    }
}
