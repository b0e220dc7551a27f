//! The first week: a phishing site that a bank reports and a host takes down, a feedback report, password guessing, a question.

use super::{
    office::{Correspondent, Office, answering, in_jis, to},
    raw,
};
use crate::DemoError;
use noroshi_incident::model::Number;
use noroshi_kernel::{language::Language, rsit::Rsit};
use noroshi_mailroom::{
    correspondence::Channel,
    form::{Attachment, Submission, What},
    outgoing::Sent,
    thread,
};
use noroshi_post::build::Charset;

pub(super) const BANK: Correspondent = Correspondent { name: "例示銀行 インシデント対応窓口", address: "csirt@bank.example.jp" };
const CLOUD: Correspondent = Correspondent { name: "Abuse desk of Example Cloud", address: "abuse@cloud.example.com" };
pub(super) const NETWORK: Correspondent = Correspondent { name: "Network operations of example.net", address: "noc@example.net" };
const UNIVERSITY: Correspondent = Correspondent { name: "Research group of example.org", address: "research@univ.example.org" };

/// What the second week goes on with.
pub(super) struct Known {
    /// The bank's phishing site.
    pub(super) phishing: Number,
    /// The host of which the feedback report told.
    pub(super) sender: Number,
    /// Our answer to whom password guessing was seen.
    pub(super) network: Sent,
}

pub(super) async fn play(office: &Office<'_>) -> Result<Known, DemoError> {
    let phishing = bank(office).await?;
    let sender = feedback(office).await?;
    let network = guessing(office).await?;
    question(office).await?;
    fax(office).await?;
    Ok(Known { phishing, sender, network })
}

/// A phishing site: reported in ISO-2022-JP, its host asked, the site gone, the bank content.
async fn bank(office: &Office<'_>) -> Result<Number, DemoError> {
    let handler = &office.handler;
    let hour = office.at(10, 9, 12);
    let mut report = hour.draft(
        BANK,
        "ir",
        "フィッシングサイトのご報告",
        "CSIRT 御中\n\n例示銀行インシデント対応窓口です。\n当行のインターネットバンキングを装うフィッシングサイトを確認しましたのでご報告します。\n\n\
         URL: hxxps://login.bank.example.net/ib/index.html\nIP: 203.0.113.85\nブランド: 例示銀行オンライン\n\n\
         利用者から 3 件の問い合わせを受けています。サイトの停止に向けた調整をお願いします。\n",
    );
    report.charset = Charset::Iso2022Jp;
    let came = hour.brings(&report).await?;
    let number = hour.incident(came.thread).await?;

    let hour = office.at(10, 9, 40);
    let owner = if let noroshi_kernel::access::Actor::Account { id, .. } = handler { Some(*id) } else { None };
    hour.does(async |work| Ok(thread::assign(work, handler, came.thread, owner).await?)).await?;
    let asked = hour
        .asks(
            handler,
            number,
            ("Example Cloud", "US"),
            to(
                CLOUD,
                "Phishing site on 203.0.113.85",
                "Dear abuse desk,\n\na phishing site that imitates a bank in Japan is served from your network:\n\n  hxxps://login.bank.example.net/ib/index.html\n  203.0.113.85\n\n\
                 Please look into it, take the page down if you see the same, and keep what tells who put it there.\nPlease keep the number in the subject when you answer.\n",
            ),
        )
        .await?;
    let hour = office.at(10, 9, 41);
    hour.delivers(raw::away(hour.at, CLOUD.address, &asked)).await?;

    let hour = office.at(10, 10, 5);
    let writing = in_jis(answering(
        came,
        BANK,
        "Re: フィッシングサイトのご報告",
        "例示銀行インシデント対応窓口 御中\n\nご報告ありがとうございます。\nサイトが置かれている事業者に、確認と停止を依頼しました。\n進み次第お知らせします。\n",
    ));
    let told = hour.writes(handler, came.thread, writing).await?;

    let hour = office.at(9, 22, 40);
    let mut answer = hour.answer(
        CLOUD,
        &asked,
        "Hello,\n\nthe customer's account was taken over. The page has been removed and the account is suspended.\nPreserved: web server logs of the last 14 days; ask through your national police for a copy.\n\nTicket EX-48211\nAbuse desk of Example Cloud\n",
    );
    answer.body.push_str("\n> a phishing site that imitates a bank in Japan is served from your network:\n>\n>   hxxps://login.bank.example.net/ib/index.html\n>   203.0.113.85\n");
    let gone = hour.brings(&answer).await?;

    let hour = office.at(8, 9, 5);
    hour.does(async |work| {
        noroshi_incident::service::annotate(work, handler, number, "停止を確認。応答なし(接続拒否)。").await?;
        thread::end(work, handler, gone.thread).await?;
        Ok(())
    })
    .await?;
    let writing = in_jis(answering(
        came,
        BANK,
        "Re: フィッシングサイトのご報告",
        "例示銀行インシデント対応窓口 御中\n\nサイトが停止したことを確認しました。\n再び公開された場合は、このメールに返信してお知らせください。\n",
    ));
    hour.writes(handler, came.thread, writing).await?;

    let hour = office.at(8, 11, 30);
    let mut thanks = hour.answer(
        BANK,
        &told,
        "CSIRT ご担当者様\n\n停止の確認、ありがとうございます。こちらでも確認しました。\n同じ文面の SMS が今朝から届いているとの連絡が利用者からありました。誘導先は分かり次第お送りします。\n",
    );
    thanks.charset = Charset::Iso2022Jp;
    hour.brings(&thanks).await?;
    Ok(number)
}

/// A program's report on mail that a host sent.
async fn feedback(office: &Office<'_>) -> Result<Number, DemoError> {
    let hour = office.at(7, 11, 2);
    hour.delivers(raw::feedback(hour.at, "198.51.100.77")).await?;
    hour.incident_of("198.51.100.77").await
}

/// Password guessing, with an excerpt of the log.
async fn guessing(office: &Office<'_>) -> Result<Sent, DemoError> {
    let hour = office.at(7, 13, 40);
    let mut report = hour.draft(
        NETWORK,
        "ir",
        "SSH brute force from 192.0.2.77",
        "Dear team,\n\nwe see failed logins on our hosts from an address in your country. It goes on.\n\nSource IP: 192.0.2.77\nPort: 22\nProtocol: tcp\n\nAn excerpt of the log is attached; times in it are UTC.\n\nNetwork operations of example.net\n",
    );
    let log: String = (0..12)
        .map(|turn| {
            format!(
                "03:{:02}:{:02} bastion sshd[{}]: Failed password for invalid user admin from 192.0.2.77 port {} ssh2\n",
                10 + turn / 4,
                turn * 5 % 60,
                4_100 + turn,
                40_000 + turn * 31
            )
        })
        .collect();
    report.attachments = vec![Attachment { name: "sshd-excerpt.log".into(), media_type: "text/plain".into(), bytes: log.into_bytes() }];
    let came = hour.brings(&report).await?;
    let writing = answering(
        came,
        NETWORK,
        "Re: SSH brute force from 192.0.2.77",
        "Dear network operations,\n\nthank you for the report and the log. We have asked the operator of the address to look.\n",
    );
    office.at(7, 16, 20).writes(&office.handler, came.thread, writing).await
}

/// A question that reports nothing, and its answer.
async fn question(office: &Office<'_>) -> Result<(), DemoError> {
    let hour = office.at(6, 9, 5);
    let asked = hour.draft(
        UNIVERSITY,
        "office",
        "May we quote your quarterly figures?",
        "Dear office,\n\nwe study how long phishing sites stay up, and would like to quote the figures of your quarterly reports in a paper.\nMay we do so, and is there a form of citation that you prefer?\n\nResearch group of example.org\n",
    );
    let came = hour.brings(&asked).await?;
    let writing = answering(
        came,
        UNIVERSITY,
        "Re: May we quote your quarterly figures?",
        "Dear research group,\n\nyou may. Please name the report's period and the day on which it was published.\nWhat each figure counts is described in the report's last section.\n",
    );
    office.at(6, 11, 0).writes(&office.handler, came.thread, writing).await.map(|_| ())
}

/// A fax, entered by staff with its scan.
async fn fax(office: &Office<'_>) -> Result<(), DemoError> {
    let received = office.at(6, 15, 5);
    let submission = Submission {
        desk: "incident".into(),
        language: Language::Ja,
        what: key_of(Rsit::SocialEngineering),
        targets: "portal.factory.example.jp".into(),
        description: "取引先を名乗るメールに添付された文書を開いた端末が 1 台ある。\n端末はネットワークから外した。初動の進め方について相談したい。".into(),
        organisation: "例示製作所 情報システム部門".into(),
        mediate: true,
        received: received.at.rfc3339(),
        zone: office.house.zone.name().into(),
        ..Submission::default()
    };
    let scan =
        Attachment { name: "fax.pdf".into(), media_type: "application/pdf".into(), bytes: raw::scan("Fax: one terminal opened an attachment, please advise.") };
    office.at(6, 15, 20).fills_in(&office.handler, Channel::Fax, submission, vec![scan]).await.map(|_| ())
}

/// What a form calls something of this type.
pub(super) fn key_of(rsit: Rsit) -> String {
    What::ALL.into_iter().find(|what| what.rsit() == rsit).map_or("other", What::key).to_owned()
}
