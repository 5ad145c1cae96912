"""Whether a picture is what it claims to be: its file, its credentials, its earlier uses, and what was changed."""

from opencwc.custody.pictures.comparison import differences_of, differences_picture
from opencwc.custody.pictures.examination import examine, examine_files
from opencwc.custody.pictures.model import PictureFacts
from opencwc.custody.pictures.remarks import PictureRemark, remarks_on
from opencwc.custody.pictures.seen import SeenPicture, SeenPictures, read_seen

__all__ = [
    "PictureFacts",
    "PictureRemark",
    "SeenPicture",
    "SeenPictures",
    "differences_of",
    "differences_picture",
    "examine",
    "examine_files",
    "read_seen",
    "remarks_on",
]
