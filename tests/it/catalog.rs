//! The catalogue of data sets: what harvesters of data read, compared whole; every address in it answers in the form that it says.

use reqwest::header;
use serde_json::Value;

use crate::support::{Server, on_both_engines, server::outside};

on_both_engines! {
    async fn the_catalogue_describes_only_what_is_served(engine) {
        let server = Server::start(engine, "Ministry of Alpha").await;
        server.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
        let answer = outside().get(server.at("/catalog.jsonld")).send().await.expect("an answer");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/ld+json");
        let document: Value = serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON");
        let sets = document["dcat:dataset"].as_array().expect("data sets");
        let served: Vec<&Value> = sets.iter().flat_map(|set| set["dcat:distribution"].as_array().expect("forms")).collect();
        assert_eq!(served.len(), 9);
        for form in served {
            let address = form["dcat:accessURL"]["@id"].as_str().expect("an address");
            let said = form["dcat:mediaType"]["@id"].as_str().expect("a media type").trim_start_matches("https://www.iana.org/assignments/media-types/");
            let answer = outside().get(address).header(header::ACCEPT, said).send().await.expect("an answer");
            let given = answer.headers()[header::CONTENT_TYPE].to_str().expect("text").to_owned();
            assert!(answer.status() == 200 && given.starts_with(said), "{address}: {given}");
        }
        let service = &document["dcat:service"][0];
        let described = outside().get(service["dcat:endpointDescription"]["@id"].as_str().expect("an address")).send().await;
        let described: Value = serde_json::from_str(&described.expect("an answer").text().await.expect("a text")).expect("JSON");
        assert_eq!((&described["openapi"], &described["servers"][0]["url"]), (&"3.1.0".into(), &service["dcat:endpointURL"]["@id"]));
        for page in ["/labs", "/organisation"] {
            assert!(server.page(page).await.contains("rel=\"describedby\" type=\"application/ld+json\" href=\"/catalog.jsonld\""), "{page}");
        }
        let text = serde_json::to_string_pretty(&undated(document)).expect("JSON").replace(server.origin(), "https://alpha.example");
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots", omit_expression => true }, {
            insta::assert_snapshot!("catalog", text);
        });
    }
}

/// The same at another time.
fn undated(value: Value) -> Value {
    match value {
        Value::Object(fields) if fields.get("@type").is_some_and(|kind| kind == "xsd:dateTime") => "2026-11-01T09:00:00Z".into(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, undated(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(values) => values.into_iter().map(undated).collect::<Vec<_>>().into(),
        other => other,
    }
}
