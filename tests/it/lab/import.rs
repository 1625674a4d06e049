//! Labs from a table: all of it or nothing, every mistake with its place, and what we write can be read again.

use std::process::Output;

use crate::support::{Engine, Server, on_both_engines, server::outside, visitor::Visitor};

/// A file of this test.
fn file(server: &Server, text: impl AsRef<[u8]>) -> String {
    let path = std::env::temp_dir().join(format!("labs-{}.csv", server.host().replace(':', "-")));
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

async fn refuse(server: &Server, text: &str, options: &[&str]) -> String {
    let path = file(server, text);
    let Output { status, stderr, .. } =
        server.command(&[&["lab", "import", &path], options].concat()).output().await.expect("a command");
    assert_eq!(status.code(), Some(2), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stderr).expect("text")
}

async fn prepared(engine: Engine) -> Server {
    let server = Server::prepare(engine, "Ministry of Alpha");
    server
        .run(&["lab", "add", "spoor", "--name", "Spoor", "--place", "Utrecht", "--theme", "ai", "--mandate", "Own agenda"])
        .await;
    server
}

async fn handles(server: &Server) -> Vec<String> {
    let rows = server.list(&["lab", "list"]).await;
    rows.iter().map(|row| row["handle"].as_str().unwrap_or_default().to_owned()).collect()
}

on_both_engines! {
    async fn a_table_is_tried_out_and_then_registers_labs_as_the_form_does(engine) {
        let server = prepared(engine).await;
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/labs.csv").display().to_string();
        let said = server.run(&["lab", "import", &path, "--dry-run"]).await;
        assert!(said.contains("+ wind  Lab Wind") && said.contains("Would register 2, change 0"), "{said}");
        assert_eq!(handles(&server).await, ["spoor"]);
        let said = server.run(&["lab", "import", &path]).await;
        assert!(said.contains("Registered 2, changed 0"), "{said}");
        let mut server = server;
        server.serve().await;
        let (_, document) = server.document("/labs/letter").await;
        assert_eq!((&document["state"], &document["location"]["name"]), (&"starting".into(), &"Den Haag".into()));
        assert!(document["publicKey"]["publicKeyPem"].as_str().is_some_and(|key| key.contains("BEGIN PUBLIC KEY")));
        assert!(server.page("/labs?theme=ai").await.contains("The One Letter"));
        assert!(server.page("/search?q=eleven").await.contains("The <mark>One</mark>") || server.page("/search?q=eleven").await.contains("One Letter"));
    }

    async fn one_row_that_is_wrong_means_that_nothing_happens_and_every_mistake_is_told(engine) {
        let server = prepared(engine).await;
        let table = "handle;name;kind;languages;themes\ngoed;Goed;;nl;\nGROOT TE;;labb;dutch;soep\nspoor;Spoor;;;\ngoed;Nog eens;;;\nkort;x\nwind@other.example;Wind;;;\n";
        let said = refuse(&server, table, &[]).await;
        for told in [
            "row 3, column handle: ", "row 3, column name: ", "row 3, column kind: ", "row 3, column languages: ", "row 3, column themes: ",
            "row 4, column handle: The lab spoor exists.", "row 5, column handle: goed is in row 2 as well.", "row 6: 2 cells, where there are 5 headings.",
            "row 7, column handle: other.example is another instance", "9 mistakes in the table; nothing was changed.",
        ] {
            assert!(said.contains(told), "{told}: {said}");
        }
        assert_eq!(handles(&server).await, ["spoor"]);
        let said = refuse(&server, &format!("handle,name\n{}", "not one,x\n".repeat(80)), &[]).await;
        assert_eq!((said.matches("column handle").count(), said.contains("80 mistakes")), (50, true), "{said}");
        let path = file(&server, b"handle,name\nkoffie,caf\xe9\n");
        let output = server.command(&["lab", "import", &path]).output().await.expect("a command");
        assert!(String::from_utf8_lossy(&output.stderr).contains("CSV UTF-8"), "{output:?}");
    }

    async fn what_the_directory_writes_can_be_changed_and_read_again(engine) {
        let mut server = prepared(engine).await;
        server.run(&["lab", "add", "oever", "--name", "=Oever", "--state", "dormant", "--theme", "plain-language"]).await;
        server.serve().await;
        let table = outside().get(server.at("/labs.csv?where=own&sort=name")).send().await.expect("an answer").text().await.expect("a table");
        let said = refuse(&server, &table, &[]).await;
        assert!(said.contains("The lab spoor exists."), "{said}");
        let said = server.run(&["lab", "import", &file(&server, &table), "--update"]).await;
        assert!(said.contains("left 2 as they were"), "{said}");
        let changed = table.replace("Utrecht", "Amersfoort").replace("\"dormant\"", "\"active\"");
        let said = server.run(&["lab", "import", &file(&server, &changed), "--update"]).await;
        assert!(said.contains("~ spoor  Spoor  (place)") && said.contains("~ oever  =Oever  (state)"), "{said}");
        let (_, document) = server.document("/labs/spoor").await;
        assert_eq!((&document["location"]["name"], &document["mandate"]), (&"Amersfoort".into(), &"Own agenda".into()), "what is no column stays");
        assert!(server.page("/themes/ai").await.contains(">Spoor</a>"));
        // A lab that had ended is registered so.
        server.run(&["lab", "import", &file(&server, "handle,name,state,ended\noud,Oud,ended,2020-05-01\n")]).await;
        let (_, document) = server.document("/labs/oud").await;
        assert_eq!((&document["state"], &document["dissolutionDate"]), (&"ended".into(), &"2020-05-01".into()));
    }

    async fn an_administrator_sees_on_a_page_what_a_table_would_do_before_it_does_it(engine) {
        let mut server = prepared(engine).await;
        server.serve().await;
        let admin = Visitor::join(&server, "noor", "Noor").await;
        let member = Visitor::join(&server, "bo", "Bo").await;
        assert_eq!(member.status("/labs/new/table").await, 404);
        let token = admin.token("/labs/new/table").await;
        let wrong = admin.send_file("/labs/new/table", &token, &[], ("labs.csv", b"handle,name\nspoor,Spoor\n,\nx y,\n")).await;
        assert_eq!(wrong.status(), 422);
        let page = wrong.text().await.expect("a page");
        assert!(page.contains("row 2, column handle: The lab spoor exists.") && page.contains("3 mistakes"), "{page}");
        let table = "handle,name\nwind,\"Wind & <zon>\"\nspoor,Spoor\n";
        let shown = admin.send_file("/labs/new/table", &token, &[("update", "yes")], ("labs.csv", table.as_bytes())).await;
        let page = shown.text().await.expect("a page");
        assert!(page.contains("is new") && page.contains("stays as it is") && page.contains("Wind &#38; &#60;zon&#62;"), "{page}");
        assert_eq!(handles(&server).await, ["spoor"]);
        let fields = [("update", "yes"), ("confirmed", "yes"), ("table", table)];
        assert_eq!(admin.send_parts("/labs/new/table", &token, &fields, None).await.status(), 303);
        assert_eq!(handles(&server).await, ["spoor", "wind"]);
    }
}
