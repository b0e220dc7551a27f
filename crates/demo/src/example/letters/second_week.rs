//! The second week: a form, a letter that came back, one that went to the wrong desk, one that is encrypted, one that cannot be read.

use super::{
    desks::DOMAIN,
    first_week::{Known, NETWORK, key_of},
    office::{Correspondent, Office, answering, refused, to},
    raw,
};
use crate::DemoError;
use noroshi_directory::key;
use noroshi_kernel::{access::Actor, language::Language, rsit::Rsit};
use noroshi_mailroom::{
    correspondence::Channel,
    form::{Attachment, Submission},
    outgoing::{self, Sealing, Writing},
    thread,
};
use noroshi_post::{
    build::{self, Subject},
    letter::Mailbox,
    openpgp::TeamKey,
};

/// An address that stands in a registry and reaches nobody.
const GONE: Correspondent = Correspondent { name: "", address: "abuse@mail.example.com" };
const UTILITY: Correspondent = Correspondent { name: "例示水道 制御設備担当", address: "control@utility.example.jp" };
const PARTNER: Correspondent = Correspondent { name: "Partner CSIRT of example.org", address: "csirt@partner.example.org" };
const FINDER: Correspondent = Correspondent { name: "Product security research of example.com", address: "psr@research.example.com" };
const STRANGER: Correspondent = Correspondent { name: "Claims desk", address: "claims@mail.example.org" };
const CITIZEN: Correspondent = Correspondent { name: "例示学校 ヘルプデスク", address: "helpdesk@school.example.jp" };

pub(super) async fn play(office: &Office<'_>, known: &Known) -> Result<(), DemoError> {
    form(office).await?;
    came_back(office, known).await?;
    wrong_desk(office).await?;
    encrypted(office).await?;
    unreadable(office).await?;
    vulnerability(office).await?;
    stranger(office, known).await?;
    taken_back(office, known).await?;
    unread(office).await
}

/// The public form, by somebody who gives no address and reads the answer behind the status link.
async fn form(office: &Office<'_>) -> Result<(), DemoError> {
    let submission = Submission {
        desk: "incident".into(),
        language: Language::Ja,
        what: key_of(Rsit::MalwareDistribution),
        targets: "hxxp://download.example.org/update/player.exe".into(),
        description: "検索で見つけた動画サイトから、再生ソフトの更新と称するファイルを勧められた。\n実行はしていない。".into(),
        mediate: true,
        zone: office.house.zone.name().into(),
        ..Submission::default()
    };
    let came = office.at(5, 10, 30).fills_in(&Actor::Anonymous, Channel::Form, submission, Vec::new()).await?;
    let hour = office.at(5, 13, 0);
    let parties = hour.does(async |work| Ok(thread::parties(work, came.thread).await?)).await?;
    let Some(reporter) = parties.into_iter().next() else { return Ok(()) };
    let writing = Writing {
        to: vec![Mailbox { name: String::new(), address: reporter.address }],
        subject: "Re: マルウェアの配布・感染".into(),
        body: "ご報告ありがとうございます。\nファイルを確認し、サイトの管理者に停止を依頼します。実行していない端末で必要な対応はありません。\n".into(),
        answers: Some(came.letter),
        ..Writing::default()
    };
    hour.writes(&office.handler, came.thread, writing).await.map(|_| ())
}

/// A request that comes back: the host's address for abuse reaches nobody.
async fn came_back(office: &Office<'_>, known: &Known) -> Result<(), DemoError> {
    let writing = to(
        GONE,
        "Spam from 198.51.100.77",
        "Dear abuse desk,\n\nmail that imitates invoices is sent from 198.51.100.77 in your network. Please look into it.\n",
    );
    let sent = office.at(5, 14, 10).asks(&office.handler, known.sender, ("Example Servers", "DE"), writing).await?;
    let hour = office.at(5, 14, 12);
    hour.delivers(raw::undelivered(hour.at, &sent, GONE.address)).await.map(|_| ())
}

/// A letter for the desk of control systems that went to the office, and was sent on.
async fn wrong_desk(office: &Office<'_>) -> Result<(), DemoError> {
    let hour = office.at(4, 16, 45);
    let asked = hour.draft(
        UTILITY,
        "office",
        "制御システムの遠隔保守について相談",
        "事務局 御中\n\n例示水道の制御設備担当です。\n保守業者から、ポンプ場の制御装置へ外部から接続する方式に変えたいとの提案を受けました。\n避けるべき構成や、参考になる資料があればご教示ください。\n",
    );
    let came = hour.brings(&asked).await?;
    let hour = office.at(3, 9, 20);
    hour.does(async |work| Ok(thread::route(work, &office.handler, came.thread, "ics", "制御システムの相談です。お願いします。").await?)).await?;
    let hour = office.at(3, 9, 50);
    let Actor::Account { id, .. } = &office.coordinator else { return Ok(()) };
    hour.does(async |work| Ok(thread::assign(work, &office.coordinator, came.thread, Some(*id)).await?)).await
}

/// A letter signed and encrypted by a partner, whose key the team made sure of, and the answer in the same way.
async fn encrypted(office: &Office<'_>) -> Result<(), DemoError> {
    let hour = office.at(3, 10, 0);
    let theirs = TeamKey::generate(&format!("{} <{}>", PARTNER.name, PARTNER.address), office.at(11, 9, 0).at).map_err(refused)?;
    let certificate = theirs.certificate().armoured().map_err(refused)?;
    let fingerprint = theirs.certificate().fingerprint();
    let ours = hour
        .does(async |work| {
            key::import(work, &office.handler, certificate.as_bytes()).await?;
            key::verify(work, &office.handler, &fingerprint, "フィンガープリントを電話で照合 / compared by telephone").await?;
            Ok(key::team(work).await?)
        })
        .await?;
    let Some(ours) = ours.first() else { return Ok(()) };
    let draft = hour.draft(
        PARTNER,
        "ir",
        "Control servers of an information stealer",
        "Dear colleagues,\n\nthree hosts in your country talk to a control server that we watch. Please tell their operators, and not the public.\n\n  192.0.2.130\n  192.0.2.131\n  192.0.2.188\n\nThe control server is in our hands. TLP:AMBER\n",
    );
    let built = build::build(&draft).map_err(refused)?;
    let came = hour.delivers(built.encrypted(&[&ours.certificate], Some(&theirs), Subject::Shown, hour.at).map_err(refused)?).await?;
    let writing = Writing {
        sealing: Sealing::Encrypted,
        ..answering(
            came,
            PARTNER,
            "Re: Control servers of an information stealer",
            "Dear colleagues,\n\nreceived and opened, thank you. We ask the operators today and tell you what they find.\n",
        )
    };
    office.at(3, 11, 30).writes(&office.handler, came.thread, writing).await.map(|_| ())
}

/// A report of which a program left out a required field: it lies in the tray.
async fn unreadable(office: &Office<'_>) -> Result<(), DemoError> {
    let hour = office.at(2, 9, 50);
    hour.delivers(raw::broken_xarf(hour.at)).await.map(|_| ())
}

/// A vulnerability, for the desk whose threads only its staff reads.
async fn vulnerability(office: &Office<'_>) -> Result<(), DemoError> {
    let hour = office.at(2, 15, 30);
    let mut found = hour.draft(
        FINDER,
        "vuln",
        "Vulnerability in the web interface of Example Router",
        "Dear coordinators,\n\nthe web interface of Example Router, firmware 1.0 to 1.4, takes commands from whoever reaches it.\nThe steps are attached. We have not told the vendor, and plan to publish in 90 days.\n\nWould you coordinate this?\n",
    );
    found.attachments = vec![Attachment {
        name: "steps.txt".into(),
        media_type: "text/plain".into(),
        bytes: b"1. Reach the web interface of the device from the local network.\n2. Call the page for diagnostics without signing in.\n3. The name of the host to ping is handed to a shell.\n".to_vec(),
    }];
    hour.brings(&found).await.map(|_| ())
}

/// Somebody who is not of the case quotes its number.
async fn stranger(office: &Office<'_>, known: &Known) -> Result<(), DemoError> {
    let hour = office.at(1, 9, 20);
    let subject = office.house.marks.tagged(&known.phishing.to_string(), "フィッシングサイトのご報告");
    let claim = hour.draft(
        STRANGER,
        "ir",
        &subject,
        "Hello,\n\nwe represent the owner of the site in this case. Please send us the name of the reporter and the logs that you have.\n\nClaims desk\n",
    );
    hour.brings(&claim).await.map(|_| ())
}

/// A letter that was taken back before it went, and the right one.
async fn taken_back(office: &Office<'_>, known: &Known) -> Result<(), DemoError> {
    let writing =
        || to(NETWORK, "Re: SSH brute force from 192.0.2.77", "Dear network operations,\n\nthe operator has reinstalled the host. Do you still see it?\n");
    let hour = office.at(1, 10, 40);
    let wrong = Writing { cc: vec![Mailbox { name: String::new(), address: format!("office@{DOMAIN}") }], ..writing() };
    let wrong = hour.writes(&office.handler, known.network.thread, wrong).await?;
    let hour = office.at(1, 10, 42);
    hour.does(async |work| Ok(outgoing::withdraw(work, &office.handler, wrong.id).await?)).await?;
    office.at(1, 10, 45).writes(&office.handler, known.network.thread, writing()).await.map(|_| ())
}

/// A question that nobody has looked at yet.
async fn unread(office: &Office<'_>) -> Result<(), DemoError> {
    let hour = office.at(1, 17, 10);
    let asked = hour.draft(
        CITIZEN,
        "ir",
        "不審な SMS について",
        "お世話になります。学校のヘルプデスクです。\n教職員あてに「アカウントの確認」を求める SMS が届いています。まだ誰も開いていません。\n注意を呼びかける文面の例があれば教えてください。\n",
    );
    hour.brings(&asked).await.map(|_| ())
}
