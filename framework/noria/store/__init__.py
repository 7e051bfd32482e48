"""Results by content: blobs named by their digest, entries sealed with the user's secret."""

from noria.store.marks import Marks
from noria.store.records import Blob, Entry, Kept, Output
from noria.store.secret import user_secret
from noria.store.seen import Seen
from noria.store.store import Store, open_store

__all__ = ["Blob", "Entry", "Kept", "Marks", "Output", "Seen", "Store", "open_store", "user_secret"]
