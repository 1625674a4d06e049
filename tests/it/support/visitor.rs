//! Someone with a browser that knows no JavaScript: signs in with the form, keeps the cookie, and fills in what pages offer.

use reqwest::{Response, header};
use url::form_urlencoded::Serializer;

use super::Server;

/// A visitor of one server.
pub struct Visitor<'a> {
    server: &'a Server,
    cookie: String,
}

impl<'a> Visitor<'a> {
    /// Adds a member from the command line, who then signs in on the page.
    pub async fn join(server: &'a Server, handle: &str, name: &str) -> Self {
        let password = "eb en vloed en weer eb";
        server.run_with_input(&["member", "add", handle, "--name", name, "--password-stdin"], password).await;
        Self::sign_in(server, handle, password).await
    }

    /// Someone who is not.
    pub const fn stranger(server: &'a Server) -> Self {
        Self { server, cookie: String::new() }
    }

    /// Signs in as a browser does.
    pub async fn sign_in(server: &'a Server, handle: &str, password: &str) -> Self {
        let stranger = Self::stranger(server);
        let answer = stranger.post("/sign-in", &[("handle", handle), ("password", password), ("next", "/")]).await;
        let cookie = answer.headers().get(header::SET_COOKIE).expect("a session's cookie").to_str().expect("text");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Self { server, cookie }
    }

    /// A page that must be there.
    pub async fn page(&self, path: &str) -> String {
        let request = self.server.client().get(self.server.at(path)).header(header::COOKIE, &self.cookie);
        let answer = request.header(header::ACCEPT, "text/html").send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.expect("a page")
    }

    /// Sends a form that stands on `page` to `action`; it must be taken. Where it leads.
    pub async fn send(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> String {
        let text = self.page(page).await;
        let form = between(&text, &format!("action=\"{action}\""), "</form>").expect("a form on the page");
        let token = between(form, "name=\"form_token\" value=\"", "\"").map(|token| ("form_token", token));
        let answer = self.post(action, &token.iter().chain(fields).copied().collect::<Vec<_>>()).await;
        answer.headers()[header::LOCATION].to_str().expect("text").to_owned()
    }

    /// Sends a form that is sent in parts, with a PNG where one is given, to `action`; `token` is that of a page. The answer.
    pub async fn send_parts(&self, action: &str, token: &str, fields: &[(&str, &str)], png: Option<&[u8]>) -> Response {
        let file = png.map(|png| ("name=\"picture\"; filename=\"a.png\"\r\nContent-Type: image/png", png));
        self.send_with(action, token, fields, file).await
    }

    /// The same with a file of any kind, as the field `file`.
    pub async fn send_file(&self, action: &str, token: &str, fields: &[(&str, &str)], (name, bytes): (&str, &[u8])) -> Response {
        let head = format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream");
        self.send_with(action, token, fields, Some((&head, bytes))).await
    }

    async fn send_with(&self, action: &str, token: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Response {
        let mut body = Vec::new();
        let part = |head: &str, value: &[u8]| {
            [b"--tide\r\nContent-Disposition: form-data; ", head.as_bytes(), b"\r\n\r\n", value, b"\r\n"].concat()
        };
        for (name, value) in [("form_token", token)].iter().chain(fields) {
            body.extend(part(&format!("name=\"{name}\""), value.as_bytes()));
        }
        if let Some((head, bytes)) = file {
            body.extend(part(head, bytes));
        }
        body.extend(b"--tide--\r\n");
        let request = self.server.client().post(self.server.at(action)).header(header::COOKIE, &self.cookie);
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=tide").body(body);
        request.send().await.expect("an answer")
    }

    /// The token that the forms of a page carry.
    pub async fn token(&self, page: &str) -> String {
        let text = self.page(page).await;
        between(&text, "name=\"form_token\" value=\"", "\"").expect("a token").to_owned()
    }

    /// The status of a page.
    pub async fn status(&self, path: &str) -> u16 {
        let request = self.server.client().get(self.server.at(path)).header(header::COOKIE, &self.cookie);
        request.header(header::ACCEPT, "text/html").send().await.expect("an answer").status().as_u16()
    }

    async fn post(&self, action: &str, fields: &[(&str, &str)]) -> Response {
        let answer = self.answer(action, fields).await;
        assert_eq!(answer.status(), 303, "{action}");
        answer
    }

    /// Sends these fields, which may be refused. The answer.
    pub async fn answer(&self, action: &str, fields: &[(&str, &str)]) -> Response {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.server.client().post(self.server.at(action)).header(header::COOKIE, &self.cookie);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        request.send().await.expect("an answer")
    }
}

/// What stands between two texts, where both are there.
pub fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}
