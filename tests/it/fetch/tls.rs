//! A host that cannot prove who it is, is not read.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use archipel::{config::Settings, federation::Federation};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    ssl::{SslAcceptor, SslMethod, SslVersion},
    x509::{
        X509, X509NameBuilder,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};

use crate::support::{Engine, cast, instance::Instance, signer};

/// A certificate for this name that ends so many days from now, signed by itself.
pub fn certificate(name: &str, serial: u32, from: i64, until: i64) -> X509 {
    let (key, day): (PKey<Private>, i64) = (signer::key(), 86_400);
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", &format!("{name} {serial}")).unwrap();
    let (subject, mut builder) = (subject.build(), X509::builder().unwrap());
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(serial).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(now + from * day).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(now + until * day).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    let names = SubjectAlternativeName::new().dns(name).build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(names).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    builder.build()
}

/// Answers one connection with a document of its own id; the URL.
pub fn serve(certificate: &X509, newest: Option<SslVersion>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}/notes/1", listener.local_addr().unwrap().port());
    let mut acceptor = SslAcceptor::mozilla_intermediate(SslMethod::tls()).unwrap();
    acceptor.set_private_key(&signer::key()).unwrap();
    acceptor.set_certificate(certificate).unwrap();
    if newest.is_some() {
        acceptor.set_security_level(0);
        acceptor.set_cipher_list("ALL:@SECLEVEL=0").unwrap();
        acceptor.set_min_proto_version(None).unwrap();
        acceptor.set_max_proto_version(newest).unwrap();
    }
    let (acceptor, id) = (acceptor.build(), url.clone());
    thread::spawn(move || {
        let Some(mut stream) = listener.accept().ok().and_then(|(stream, _)| acceptor.accept(stream).ok()) else { return };
        let _ = stream.read(&mut [0; 4_096]);
        let body = format!("{{\"id\":\"{id}\",\"type\":\"Note\"}}");
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
    });
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_cannot_prove_who_it_is_is_not_read() {
    let ours = Instance::open(Engine::Sqlite);
    let good = certificate("localhost", 1, -1, 30);
    let (expired, early) = (certificate("localhost", 2, -30, -1), certificate("localhost", 3, 1, 30));
    let (other, unknown) = (certificate("bravo.example", 4, -1, 30), certificate("localhost", 5, -1, 30));
    let trusted: Vec<u8> = [&good, &expired, &early, &other].iter().flat_map(|known| known.to_pem().unwrap()).collect();
    let path = ours.store.settings.data_dir.join("trusted.pem");
    std::fs::write(&path, trusted).unwrap();
    let settings = Settings { ca_file: Some(path), ..ours.store.settings.clone() };
    let federation = Federation::open(&settings, (*ours.store).clone(), ours.store.clock.clone()).unwrap();
    for (what, certificate, newest, read) in [
        ("a trusted certificate", &good, None, true),
        ("an expired one", &expired, None, false),
        ("one that is not valid yet", &early, None, false),
        ("one of another host", &other, None, false),
        ("one that nobody trusts", &unknown, None, false),
        ("a version long dead", &good, Some(SslVersion::TLS1), false),
    ] {
        let told = federation.fetch(&cast::url(&serve(certificate, newest))).await;
        assert_eq!(told.is_ok(), read, "{what}: {told:?}");
    }
}
