//! A centre, and sensors as their hosts run them.

use noroshi_directory::{key::Vault, organisation::Home};
use noroshi_kernel::{
    access::Actor,
    moment::{Moment, Zone},
};
use noroshi_lake::folder::Folder;
use noroshi_ledger::{Query as _, Sql, migration::Migration};
use noroshi_observation::{
    Admitted, Bearer, MIGRATIONS, ObservationError, Observatory,
    ask::{Selection, Standpoint},
    authority::Authority,
    service::{
        enrol,
        ingest::ingest,
        receive::{keep, verify},
        registry::{self, Site},
    },
    top::{self, By, Question},
};
use noroshi_telescope::{
    batch::{BootId, Clocks, Counts, Hash, Header, Limits, Recorder, Recording, SensorId, SigningKey, hash_of, seal},
    packet::{Fragment, Packet, Tcp, TcpFlags, TcpOptions, Transport},
    protocol::{ENROL_CONTEXT, Enrol, Enrolled},
};
use noroshi_testkit::Bench;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use std::{net::Ipv4Addr, sync::Arc};

pub(crate) fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, MIGRATIONS].concat()
}

pub(crate) const ROOT: Actor = Actor::Platform;
/// Noon UTC of 2024-03-10, in seconds.
pub(crate) const NOON: i64 = 1_710_072_000;

pub(crate) struct Centre {
    pub(crate) place: Observatory,
    pub(crate) authority: Authority,
    _folder: tempfile::TempDir,
}

pub(crate) async fn centre(bench: &Bench) -> Centre {
    // Batches are of the tests' day, and so is the centre.
    bench.clock.advance_us(NOON * 1_000_000 - bench.ledger.now().0);
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::open(&bench.ledger, &Vault::new(&[7; 32])).await.unwrap();
    let place = Observatory { ledger: bench.ledger.clone(), folder: Folder::open(folder.path()).unwrap(), geography: Arc::default() };
    Centre { place, authority, _folder: folder }
}

/// A sensor as its host runs it.
pub(crate) struct Host {
    pub(crate) key: SigningKey,
    pub(crate) identity: SensorId,
    pub(crate) certificate: Vec<u8>,
    pub(crate) boot: BootId,
    pub(crate) sequence: u64,
    pub(crate) last: Option<Hash>,
}

pub(crate) fn asked(secret: &[u8; 16], key: &SigningKey) -> Enrol {
    let request = rcgen::CertificateParams::default().serialize_request(&rcgen::KeyPair::generate().unwrap()).unwrap().pem().unwrap();
    Enrol {
        secret: hex::encode(secret),
        proof: hex::encode(key.sign(ENROL_CONTEXT, request.as_bytes())),
        request,
        batch_key: key.public().to_string(),
        software: "noroshi-sensor test".into(),
    }
}

impl Centre {
    pub(crate) async fn token(&self, name: &str) -> [u8; 16] {
        registry::enter(&self.place.ledger, &ROOT, name, &Site { country: "JP".into(), ..Site::default() }).await.unwrap();
        registry::token(&self.place.ledger, &ROOT, &self.authority, name).await.unwrap().0.secret
    }

    pub(crate) async fn enrol(&self, asked: &Enrol) -> Result<Enrolled, String> {
        enrol::enrol(&self.place.ledger, &self.authority, asked).await.map_err(|error| match error {
            ObservationError::Refused(reason) => reason.key.into_owned(),
            other => panic!("{other}"),
        })
    }

    pub(crate) async fn host(&self, name: &str) -> Host {
        let key = SigningKey::generate().unwrap().0;
        let secret = self.token(name).await;
        let enrolled = self.enrol(&asked(&secret, &key)).await.unwrap();
        let certificate = CertificateDer::from_pem_slice(enrolled.certificate.as_bytes()).unwrap().to_vec();
        Host { key, identity: enrolled.sensor, certificate, boot: BootId(rand::random()), sequence: 0, last: None }
    }

    pub(crate) async fn admitted(&self, host: &Host) -> Admitted {
        match enrol::bearer(&self.place.ledger, &host.certificate).await.unwrap() {
            Some(Bearer::Admitted(admitted)) => admitted,
            other => panic!("{other:?}"),
        }
    }

    /// What the door does with one batch.
    pub(crate) async fn take(&self, admitted: Admitted, bytes: Vec<u8>) -> Result<bool, String> {
        let arrived = verify(admitted, bytes, Limits::default(), self.place.ledger.now()).map_err(|reason| reason.key.into_owned())?;
        let told = keep(&self.place.ledger, vec![arrived]).await.unwrap();
        told.into_iter().next().unwrap().map(|receipt| receipt.known).map_err(|reason| reason.key.into_owned())
    }

    pub(crate) async fn packets(&self) -> u64 {
        while ingest(&self.place).await.unwrap() > 0 {}
        let question = Question { by: By::Sensor, selection: Selection::default(), from: Moment(0), to: Moment(i64::MAX / 2_000), limit: 10 };
        top::top(&self.place, &ROOT, Standpoint { zone: &Zone::named("Asia/Tokyo").unwrap(), home: &Home::default() }, &question).await.unwrap().packets
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.place.ledger.number(Sql::new(sql)).await.unwrap()
    }
}

impl Host {
    /// A batch of ten seconds with so many packets.
    pub(crate) fn header(&self, packets: u64) -> Header {
        let at = (NOON + 10 * i64::try_from(self.sequence).unwrap()) * 1_000_000;
        let clocks = |wall_us: i64| Clocks { wall_us, monotonic_us: wall_us.unsigned_abs() };
        Header {
            sensor: self.identity,
            boot: self.boot,
            sequence: self.sequence,
            previous: self.last,
            opened: clocks(at),
            closed: clocks(at + 10_000_000),
            clock_offset_us: None,
            counts: Counts { kept: packets, ..Counts::default() },
            gaps: Vec::new(),
            masked: false,
            software: "test".into(),
        }
    }

    pub(crate) fn sealed(&mut self, packets: u64) -> Vec<u8> {
        let header = self.header(packets);
        self.seal(&header)
    }

    pub(crate) fn seal(&mut self, header: &Header) -> Vec<u8> {
        let mut recorder = Recorder::new(Recording::default(), 1_000);
        for packet in 0..header.counts.kept {
            recorder.push(&syn(header.opened.wall_us * 1_000 + i64::try_from(packet).unwrap())).unwrap();
        }
        let bytes = seal(header, &recorder.take().unwrap(), &self.key).unwrap();
        self.last = Some(hash_of(&bytes));
        self.sequence += 1;
        bytes
    }

    pub(crate) fn restarts(&mut self) {
        self.boot = BootId(rand::random());
        self.sequence = 0;
    }
}

pub(crate) fn syn(at_ns: i64) -> Packet<'static> {
    Packet {
        at_ns,
        wire_bytes: 60,
        source: Ipv4Addr::new(192, 0, 2, 7).into(),
        destination: Ipv4Addr::new(198, 51, 100, 7).into(),
        protocol: 6,
        ttl: 52,
        ip_id: Some(1),
        fragment: Fragment::Whole,
        transport: Transport::Tcp(Tcp {
            source_port: 40_000,
            destination_port: 445,
            sequence: 1,
            acknowledgment: 0,
            flags: TcpFlags::SYN,
            window: 1024,
            options: TcpOptions::default(),
        }),
    }
}
