//! Schedules: one job per due time over all servers, one after downtime.

use super::*;
use jiff::civil::{Weekday, date, time};
use noroshi_kernel::moment::Zone;
use noroshi_ledger::queue::{Days, Done, Due, Rhythm, Schedule, begin_schedules, schedules, settle, tick};
use noroshi_testkit::on_both_databases;

fn minutely() -> Schedule {
    Schedule::new("test.minutely", KIND, Rhythm::Every(Duration::from_secs(60)))
}

fn mondays() -> Schedule {
    let zone = Zone::named("Asia/Tokyo").unwrap();
    Schedule::new("test.mondays", KIND, Rhythm::Calendar { days: Days::Weekly(Weekday::Monday), time: time(9, 0, 0, 0), zone }).each()
}

/// Carries out everything that is due and gives the times that it was for.
async fn carry_out(ledger: &Ledger) -> Vec<Moment> {
    let mut times = Vec::new();
    for job in claim(ledger, &KIND, "worker", 100).await.unwrap() {
        times.push(job.told::<Due>().unwrap().at);
        settle(ledger, &KIND, &job, Ok(Done::Alone)).await.unwrap();
    }
    times
}

on_both_databases! {
    migrations = migrations();

    async fn two_servers_that_tick_make_one_job_per_due_time(bench) {
        let second = bench.second(&migrations()).await;
        let schedules = [minutely()];
        let (one, two) = tokio::join!(begin_schedules(&bench.ledger, &schedules), begin_schedules(&second, &schedules));
        one.and(two).unwrap();
        let begun = bench.ledger.now();
        let (mut times, mut theirs) = (Vec::new(), 0);
        for _ in 0..60 {
            let (here, there, again) = tokio::join!(tick(&bench.ledger, &schedules), tick(&second, &schedules), tick(&second, &schedules));
            theirs += here.unwrap() + there.unwrap() + again.unwrap();
            times.extend(carry_out(&bench.ledger).await);
            bench.clock.advance_us(20 * SECOND_US);
        }
        assert_eq!(times, (0..20).map(|minute| Moment(begun.0 + minute * 60 * SECOND_US)).collect::<Vec<_>>());
        assert_eq!(theirs, 20);
    }

    async fn a_due_time_passes_while_the_job_before_waits_or_runs(bench) {
        let schedules = [minutely()];
        begin_schedules(&bench.ledger, &schedules).await.unwrap();
        for _ in 0..3 {
            tick(&bench.ledger, &schedules).await.unwrap();
            bench.clock.advance_us(60 * SECOND_US);
        }
        assert_eq!(jobs(&bench.ledger).await, 1, "one waits");
        let job = take(&bench.ledger, &KIND).await.unwrap();
        tick(&bench.ledger, &schedules).await.unwrap();
        assert!(take(&bench.ledger, &KIND).await.is_none(), "one runs");
        settle(&bench.ledger, &KIND, &job, Ok(Done::Alone)).await.unwrap();
        bench.clock.advance_us(60 * SECOND_US);
        tick(&bench.ledger, &schedules).await.unwrap();
        assert!(take(&bench.ledger, &KIND).await.is_some());
    }

    async fn after_downtime_there_is_one_job_for_the_latest_time(bench) {
        let all = [minutely(), mondays()];
        begin_schedules(&bench.ledger, &all).await.unwrap();
        tick(&bench.ledger, &all).await.unwrap();
        assert_eq!(carry_out(&bench.ledger).await.len(), 1);
        let began = bench.ledger.now();
        // Three weeks and half a minute without a server.
        bench.clock.advance_us(21 * Moment::DAY_US + 30 * SECOND_US);
        for _ in 0..3 {
            tick(&bench.ledger, &all).await.unwrap();
        }
        let mut times = carry_out(&bench.ledger).await;
        times.sort_unstable();
        let monday = Zone::named("Asia/Tokyo").unwrap().moment(date(2021, 2, 1).at(9, 0, 0, 0)).unwrap();
        assert_eq!(times, [monday, began.plus_days(21)]);
        let standing = schedules(&bench.ledger).await.unwrap();
        assert_eq!(standing.iter().map(|schedule| schedule.name.as_str()).collect::<Vec<_>>(), ["test.minutely", "test.mondays"]);
        assert_eq!((standing[0].last_at, standing[0].next_at), (Some(began.plus_days(21)), Moment(began.plus_days(21).0 + 60 * SECOND_US)));
        assert_eq!((standing[1].last_at, standing[1].next_at), (Some(monday), monday.plus_days(7)));
    }

    async fn each_due_time_of_a_report_gets_its_job(bench) {
        // The bench's clock stands on Friday, 15 January 2021.
        let (all, zone) = ([mondays()], Zone::named("Asia/Tokyo").unwrap());
        begin_schedules(&bench.ledger, &all).await.unwrap();
        for _ in 0..15 {
            tick(&bench.ledger, &all).await.unwrap();
            bench.clock.advance_us(Moment::DAY_US);
        }
        let jobs = claim(&bench.ledger, &KIND, "worker", 10).await.unwrap();
        let times: Vec<_> = jobs.iter().map(|job| zone.minute(job.told::<Due>().unwrap().at)).collect();
        assert_eq!(times, ["2021-01-18 09:00", "2021-01-25 09:00"], "though the first was not done when the second came");
    }

    async fn another_rhythm_begins_anew_and_the_same_goes_on(bench) {
        begin_schedules(&bench.ledger, &[minutely()]).await.unwrap();
        tick(&bench.ledger, &[minutely()]).await.unwrap();
        let next = schedules(&bench.ledger).await.unwrap()[0].next_at;
        bench.clock.advance_us(10 * SECOND_US);
        begin_schedules(&bench.ledger, &[minutely()]).await.unwrap();
        assert_eq!(schedules(&bench.ledger).await.unwrap()[0].next_at, next, "a restart changes nothing");
        let hourly = Schedule::new("test.minutely", KIND, Rhythm::Every(Duration::from_secs(3_600)));
        begin_schedules(&bench.ledger, std::slice::from_ref(&hourly)).await.unwrap();
        let begun = bench.ledger.now();
        tick(&bench.ledger, &[hourly]).await.unwrap();
        let standing = schedules(&bench.ledger).await.unwrap();
        assert_eq!((standing[0].next_at, standing[0].rhythm.as_str()), (Moment(begun.0 + 3_600 * SECOND_US), "every 3600s"));
    }
}
