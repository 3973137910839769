"""What a picture may be when it comes, and what leaves of it.

Apart, for the process that draws needs these and nothing of the database.
"""

LARGEST_FILE = 10 * 1024 * 1024  # bytes
# Of the picture as it comes. A photograph (JPEG) is unpacked at a fraction of its size; what cannot
# be takes four bytes a pixel, and again for each step until it is small.
MOST_PIXELS = {"JPEG": 25_000_000, "PNG": 16_000_000, "WEBP": 16_000_000, "GIF": 16_000_000}
# Of a JPEG that sharpens as it comes in. Real ones have about ten; each costs the work of every
# pixel, and takes as little as 42 bytes.
MOST_SCANS = 100
LEAST_WIDTH = 300  # pixels
TALLEST = 2  # times its width: a taller one pushes the words of a mail off the screen
# The column of a mail (600 px), once and for screens that show twice as much in it.
WIDTHS = (600, 1200)
# What one image may weigh in a mail, in bytes: ten of them are read over a telephone.
LARGEST_IN_MAIL = 200 * 1024
