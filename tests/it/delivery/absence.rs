//! A peer that is away for an hour or a month, and what it hears when it is back.

use archipel::domain::delivery::DeliveryState;
use chrono::TimeDelta;

use super::Ledger;
use crate::support::{on_both_engines, peer::Answer::Status};

on_both_engines! {
    async fn a_peer_that_was_away_hears_everything_within_a_minute_of_its_first_word(engine) {
        for away in [TimeDelta::hours(1), TimeDelta::hours(26), TimeDelta::days(8), TimeDelta::days(29)] {
            let mut ledger = Ledger::open(engine).await;
            ledger.publish(1);
            ledger.stay_away(away / 2).await;
            ledger.publish(2);
            ledger.stay_away(away / 2).await;
            ledger.hear_from_the_peer().await;
            ledger.scene.wait(TimeDelta::seconds(60));
            let mut told = ledger.work(&[]).await;
            told.sort();
            assert_eq!(told, ["Create 1", "Create 2"], "after {away}");
            assert_eq!(ledger.count(DeliveryState::Delivered), 2);
            ledger.balance();
        }
    }

    async fn a_peer_that_was_away_for_longer_than_thirty_days_misses_what_expired_and_that_is_seen(engine) {
        let mut ledger = Ledger::open(engine).await;
        ledger.publish(1);
        ledger.stay_away(TimeDelta::days(31)).await;
        let rows = ledger.rows();
        assert_eq!(rows.iter().map(|row| row.state).collect::<Vec<_>>(), [DeliveryState::Expired]);
        assert!(rows[0].last_error.as_ref().unwrap().contains("503"), "{rows:?}");
        ledger.hear_from_the_peer().await;
        ledger.publish(2);
        assert_eq!(ledger.work(&[]).await, ["Create 2"], "what is new arrives");
        ledger.balance();
    }

    async fn a_peer_that_talks_and_does_not_listen_is_not_hammered(engine) {
        let mut ledger = Ledger::open(engine).await;
        ledger.publish(1);
        ledger.work(&[Status(503)]).await;
        let mut tries = 0;
        for _ in 0..120 {
            ledger.scene.wait(TimeDelta::seconds(5));
            ledger.hear_from_the_peer().await;
            tries += ledger.work(&[Status(503)]).await.len();
        }
        assert!((10..=21).contains(&tries), "{tries} tries in ten minutes");
        ledger.scene.wait(TimeDelta::seconds(60));
        assert_eq!(ledger.work(&[]).await, ["Create 1"]);
        ledger.balance();
    }
}
