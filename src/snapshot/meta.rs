//! What `lstat` says of a file.

use rustix::fs::{FileType, Stat};

/// Since 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Time {
    pub seconds: i64,
    pub nanos: u32,
}

impl Time {
    /// Nanoseconds from `earlier` to this.
    pub fn since(self, earlier: Self) -> i128 {
        let nanos = |time: Self| i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos);
        nanos(self) - nanos(earlier)
    }

    pub fn to_timespec(self) -> rustix::fs::Timespec {
        rustix::fs::Timespec { tv_sec: self.seconds, tv_nsec: self.nanos.into() }
    }
}

/// What tells whether a file is still the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Meta {
    pub device: u64,
    pub inode: u64,
    /// With the bits of the kind of file.
    pub mode: u32,
    pub size: u64,
    pub modified: Time,
    pub changed: Time,
}

impl Meta {
    pub fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.mode)
    }

    /// Permissions and the bits beside them.
    pub fn permissions(&self) -> u32 {
        self.mode & 0o7777
    }
}

#[allow(clippy::unnecessary_cast, clippy::cast_lossless, reason = "the types of the fields differ between systems")]
impl From<&Stat> for Meta {
    fn from(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            mode: stat.st_mode as u32,
            size: stat.st_size as u64,
            modified: Time { seconds: stat.st_mtime as i64, nanos: stat.st_mtime_nsec as u32 },
            changed: Time { seconds: stat.st_ctime as i64, nanos: stat.st_ctime_nsec as u32 },
        }
    }
}
