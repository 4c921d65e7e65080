//! The scenes, one file each: who says what, and on which day.

mod afternoons;
mod care;
mod claims;
mod consultation;
mod doors;
pub(super) mod ending;
mod fathers;
mod investment;
mod leaving;
pub(super) mod opening;
pub(super) mod routine;
mod streets;
mod succession;
mod umbrella;

use super::stage::Scene;

pub(super) const KOPPEL: &str = "koppelproject-s-hertogenbosch";
pub(super) const BUURTVADERS: &str = "buurtvaders-s-hertogenbosch";
pub(super) const PORTOFOONS: &str = "portofoons-haarlem";
pub(super) const CONSULTATIE: &str = "burgerconsultatie-den-haag";
pub(super) const TAWAZOUN: &str = "tawazoun-utrecht";
pub(super) const WIJK: &str = "wijkconvenant-rotterdam";
pub(super) const ZORG: &str = "zorgadviesteam";
pub(super) const KOEPELS: &str = "rijk-en-koepels";

/// What happens in this week, beyond what everyone does anyway.
pub(super) fn turn(scene: &mut Scene<'_>, day: &str) -> anyhow::Result<()> {
    claims::turn(scene, day)?;
    fathers::turn(scene, day)?;
    consultation::turn(scene, day)?;
    afternoons::turn(scene, day)?;
    care::turn(scene, day)?;
    streets::turn(scene, day)?;
    leaving::turn(scene, day)?;
    investment::turn(scene, day)?;
    succession::turn(scene, day)?;
    umbrella::turn(scene, day)
}
