//! The door for sensors: HTTPS with certificates on both sides, by the authority of our own. It has an address of its own, and no pages.

mod listener;

pub use listener::Listener;

use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use noroshi_kernel::reason::Reason;
use noroshi_ledger::Ledger;
use noroshi_observation::{
    Admitted, Bearer, ObservationError,
    authority::Authority,
    service::{
        enrol,
        receive::{self, Receiver},
    },
};
use noroshi_telescope::{
    batch::Limits,
    protocol::{self, Enrol, MOST_JSON_BYTES, Problem, Renew},
};
use std::{net::SocketAddr, sync::Arc};
use tokio::sync::Semaphore;

/// So many batches are unpacked at once.
const MOST_UNPACKED: usize = 4;

/// What the door stands on.
#[derive(Clone, Debug)]
pub struct Door {
    /// The records.
    pub ledger: Ledger,
    /// Who signs for sensors.
    pub authority: Arc<Authority>,
    /// Where batches are kept.
    pub receiver: Receiver,
    unpacking: Arc<Semaphore>,
}

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// The certificate that it showed, which the authority signed, in DER.
    pub(crate) certificate: Option<Arc<[u8]>>,
}

impl Door {
    /// A door.
    #[must_use]
    pub fn new(ledger: Ledger, authority: Arc<Authority>, receiver: Receiver) -> Self {
        Self { ledger, authority, receiver, unpacking: Arc::new(Semaphore::new(MOST_UNPACKED)) }
    }

    pub(crate) fn router(self) -> Router {
        let json = DefaultBodyLimit::max(MOST_JSON_BYTES);
        Router::new()
            .route(protocol::ENROL, post(let_in).layer(json))
            .route(protocol::RENEW, post(renew).layer(json))
            .route(protocol::BATCH, post(take).layer(DefaultBodyLimit::max(Limits::default().batch_bytes)))
            .with_state(self)
    }

    /// The sensor at the other end, by its certificate, as the registry knows it now.
    async fn sensor(&self, peer: &Peer) -> Result<Admitted, Refusal> {
        let certificate = peer.certificate.as_deref().ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, no_certificate(), false))?;
        match enrol::bearer(&self.ledger, certificate).await? {
            Some(Bearer::Admitted(sensor)) => Ok(sensor),
            Some(Bearer::Withdrawn(sensor)) => Err(Refusal { sensor: Some(sensor), ..Refusal::new(StatusCode::FORBIDDEN, withdrawn(), false) }),
            None => Err(Refusal::new(StatusCode::FORBIDDEN, unknown(), false)),
        }
    }

    /// Answers with a refusal, after it was logged and, when a sensor is known, noted. Whoever shows no certificate makes no work for the
    /// database by being refused.
    async fn refuse(&self, peer: &Peer, refusal: Refusal) -> Response {
        if let Some(reason) = &refusal.reason {
            tracing::warn!(peer = %peer.address, sensor = refusal.sensor, reason = %reason.key, "a sensor's request was refused: {reason}");
            if refusal.sensor.is_some()
                && let Err(error) = receive::refused(&self.ledger, refusal.sensor, reason, &peer.address.ip().to_string()).await
            {
                tracing::error!(%error, "a refusal cannot be noted");
            }
        }
        refusal.into_response()
    }
}

/// A request's body, or why it was not read to its end.
type Body = Result<Bytes, BytesRejection>;

async fn let_in(State(door): State<Door>, Extension(peer): Extension<Peer>, body: Body) -> Response {
    let enrol = async {
        let asked: Enrol = read(&whole(body)?)?;
        Ok(enrol::enrol(&door.ledger, &door.authority, &asked).await?)
    };
    match enrol.await {
        Ok(enrolled) => Json(enrolled).into_response(),
        Err(refusal) => door.refuse(&peer, refusal).await,
    }
}

async fn renew(State(door): State<Door>, Extension(peer): Extension<Peer>, body: Body) -> Response {
    let renew = async {
        let sensor = door.sensor(&peer).await?;
        let of = |refusal| Refusal { sensor: Some(sensor.id), ..refusal };
        let asked: Renew = read(&whole(body).map_err(of)?).map_err(of)?;
        enrol::renew(&door.ledger, &door.authority, sensor, &asked).await.map_err(|error| Refusal { sensor: Some(sensor.id), ..error.into() })
    };
    match renew.await {
        Ok(renewed) => Json(renewed).into_response(),
        Err(refusal) => door.refuse(&peer, refusal).await,
    }
}

async fn take(State(door): State<Door>, Extension(peer): Extension<Peer>, body: Body) -> Response {
    let take = async {
        let sensor = door.sensor(&peer).await?;
        let body = whole(body).map_err(|refusal| Refusal { sensor: Some(sensor.id), ..refusal })?;
        let of = |reason| Refusal { sensor: Some(sensor.id), ..Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, reason, true) };
        let _turn = door.unpacking.acquire().await.map_err(|_| Refusal::unavailable())?;
        let now = door.ledger.now();
        let verified = tokio::task::spawn_blocking(move || receive::verify(sensor, body.into(), Limits::default(), now)).await;
        let arrived = verified.map_err(|_| Refusal::unavailable())?.map_err(of)?;
        door.receiver.take(arrived).await.ok_or_else(Refusal::unavailable)?.map_err(of)
    };
    match take.await {
        Ok(receipt) => Json(receipt).into_response(),
        Err(refusal) => door.refuse(&peer, refusal).await,
    }
}

/// A body that came whole. One that is too long is refused for good: it will not be shorter.
fn whole(body: Body) -> Result<Bytes, Refusal> {
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, too_long(), true),
        // It broke off on the way.
        _ => Refusal::unavailable(),
    })
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, no_request(), true))
}

/// Why a request is refused.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    /// `None`: the fault is ours, and told nobody.
    reason: Option<Reason>,
    for_good: bool,
    sensor: Option<i64>,
}

impl Refusal {
    fn new(status: StatusCode, reason: Reason, for_good: bool) -> Self {
        Self { status, reason: Some(reason), for_good, sensor: None }
    }

    fn unavailable() -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, reason: None, for_good: false, sensor: None }
    }
}

impl From<ObservationError> for Refusal {
    fn from(error: ObservationError) -> Self {
        if let ObservationError::Refused(reason) = error {
            return Self::new(StatusCode::UNPROCESSABLE_ENTITY, reason, true);
        }
        tracing::error!(%error, "a sensor's request failed");
        Self::unavailable()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let reason = self.reason.unwrap_or_else(failed);
        let status = self.status.as_u16();
        let problem = Problem {
            r#type: format!("urn:noroshi:reason:{}", reason.key),
            status,
            title: reason.text.en.clone(),
            reason: reason.text,
            for_good: self.for_good,
        };
        (self.status, [("content-type", "application/problem+json")], serde_json::to_string(&problem).unwrap_or_default()).into_response()
    }
}

fn no_request() -> Reason {
    Reason::new("sensor-request", "要求が JSON として読めません。", "the request cannot be read as JSON")
}

fn too_long() -> Reason {
    Reason::new("sensor-too-long", "要求が長すぎます。バッチは 8 MiB までです。", "the request is too long; a batch has 8 MiB at most")
}

fn no_certificate() -> Reason {
    Reason::new(
        "sensor-certificate",
        "証明書のない接続です。センサーを登録（noroshi-sensor enroll）してください。",
        "this connection shows no certificate; enrol the sensor (noroshi-sensor enroll)",
    )
}

fn withdrawn() -> Reason {
    Reason::new(
        "sensor-revoked",
        "このセンサーは失効しているか、登録し直されています。センターの担当者に確かめてください。",
        "this sensor was shut out, or enrolled again elsewhere; ask the people of the centre",
    )
}

fn unknown() -> Reason {
    Reason::new("sensor-unknown", "この証明書のセンサーは、このセンターに登録されていません。", "the sensor of this certificate is not known to this centre")
}

fn failed() -> Reason {
    Reason::new("sensor-later", "今は受け取れません。あとでもう一度送ってください。", "this cannot be taken now; send it again later")
}
