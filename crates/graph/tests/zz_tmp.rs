use invoke_graph::{Catalogue, validate, testing::CountingRandom, Session};
use serde_json::Value;
#[test]
fn tmp() {
    let c = Catalogue::embedded().unwrap();
    for f in std::fs::read_dir("/work/shared/reference/graphs").unwrap() {
        let p = f.unwrap().path();
        if p.extension().is_none_or(|e| e != "json") { continue }
        let v: Value = serde_json::from_str(&std::fs::read_to_string(&p).unwrap()).unwrap();
        let mut graphs = vec![];
        fn find(v: &Value, out: &mut Vec<Value>) {
            if let Some(o) = v.as_object() {
                if o.contains_key("nodes") && o["nodes"].is_object() && o.contains_key("edges") { out.push(v.clone()); }
                for x in o.values() { find(x, out) }
            } else if let Some(a) = v.as_array() { for x in a { find(x, out) } }
        }
        find(&v, &mut graphs);
        for g in &graphs {
            match validate(g, &c, &CountingRandom::default()) {
                Ok(graph) => {
                    let s = Session::new(graph, "x".into(), &CountingRandom::default());
                    println!("OK {} {} bytes {}", p.file_name().unwrap().display(), s.graph.nodes.len(), s.to_json(&c).len());
                }
                Err(ps) => println!("NO {} {:?}", p.file_name().unwrap().display(), ps.iter().map(|p| { let s=p.to_string(); s.chars().take(90).collect::<String>() }).take(4).collect::<Vec<_>>()),
            }
        }
    }
    println!("{:?}", c.nodes.keys().collect::<Vec<_>>());
}
