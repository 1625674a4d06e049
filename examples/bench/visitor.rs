//! A member at a browser: posts the form of a share over a connection that is kept open, and times the answer.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{Measured, instance::Instance, stage};
use archipel::usecases::KeyPair;

/// What separates the fields of the form.
const BOUNDARY: &str = "measured-boundary";

/// Someone who is signed in.
pub struct Visitor {
    address: String,
    stream: TcpStream,
    cookie: String,
    form_token: String,
}

/// A share that was published with the form.
pub struct Published {
    /// Where it is.
    pub uri: String,
    /// When the form was posted.
    pub posted: Instant,
    /// How long the answer took.
    pub took: Duration,
}

impl Visitor {
    /// Signs in at an instance that runs.
    pub fn sign_in(instance: &Instance, keys: &KeyPair) -> Measured<Self> {
        let address = instance.address().to_owned();
        let (token, form_token) = stage::sign_in(instance.federation(), keys)?;
        let port = address.rsplit(':').next().unwrap_or_default();
        let cookie = format!("archipel_session_{port}={token}");
        Ok(Self { stream: connect(&address)?, address, cookie, form_token })
    }

    /// The same visitor with a new connection: the instance was started again, or has waited long for a request.
    pub fn reconnect(&mut self) -> Measured<()> {
        self.stream = connect(&self.address)?;
        Ok(())
    }

    /// Publishes a share of a lab.
    pub fn publish(&mut self, lab: &str) -> Measured<Published> {
        let request = self.write_form(lab);
        let posted = Instant::now();
        self.stream.write_all(request.as_bytes())?;
        let answer = read_answer(&mut self.stream)?;
        let took = posted.elapsed();
        let leads_to = answer.lines().find_map(|line| line.strip_prefix("location: "));
        match leads_to.filter(|_| answer.starts_with("http/1.1 303")) {
            Some(path) => Ok(Published { uri: format!("http://{}{}", self.address, path.trim()), posted, took }),
            None => Err(format!("a share was not published: {}", answer.lines().next().unwrap_or_default()).into()),
        }
    }

    fn write_form(&self, lab: &str) -> String {
        let fields = [
            ("form_token", self.form_token.as_str()),
            ("title", "A measured share"),
            ("body", "It is short, and it is sent."),
            ("kind", "update"),
            ("language", "en"),
            ("licence", "CC0-1.0"),
            ("voice", "lab"),
            ("action", "publish"),
        ];
        let part = |(name, value)| format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let body: String = fields.into_iter().map(part).chain([format!("--{BOUNDARY}--\r\n")]).collect();
        format!(
            "POST /labs/{lab}/shares/new HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\naccept: text/html\r\n\
             content-type: multipart/form-data; boundary={BOUNDARY}\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            self.cookie,
            body.len()
        )
    }
}

fn connect(address: &str) -> Measured<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(stream)
}

/// The head of an answer, in lower case; its body is read and left.
fn read_answer(stream: &mut TcpStream) -> Measured<String> {
    let (mut buffer, mut chunk) = (Vec::new(), [0; 8_192]);
    loop {
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            return Err("the server closed the connection of a visitor".into());
        }
        buffer.extend_from_slice(&chunk[..read]);
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
        if buffer.len() >= head + 4 + length {
            return Ok(text);
        }
    }
}
