"""The five tracks as they are described to learners."""

from dataclasses import dataclass

from ongoza_contracts.vocabulary import Track


@dataclass(frozen=True, slots=True)
class TrackInfo:
    name: str
    summary: str
    focus: tuple[str, ...]
    careers: tuple[str, ...]


TRACKS: dict[Track, TrackInfo] = {
    Track.BUILDERS: TrackInfo(
        "Builders",
        "Technical construction and engineering",
        ("Software architecture", "System design", "Code quality"),
        ("Software Engineer", "DevOps Engineer", "Technical Lead"),
    ),
    Track.LEADERS: TrackInfo(
        "Leaders",
        "Management and executive decision-making",
        ("Team management", "Strategic planning", "Stakeholder relations"),
        ("Engineering Manager", "Product Manager", "CTO"),
    ),
    Track.ENTREPRENEURS: TrackInfo(
        "Entrepreneurs",
        "Business value creation",
        ("Product development", "Market analysis", "Revenue models"),
        ("Startup Founder", "Product Entrepreneur", "Business Development"),
    ),
    Track.RESEARCHERS: TrackInfo(
        "Researchers",
        "Deep technical investigation",
        ("Research and development", "Innovation", "Emerging technologies"),
        ("Research Scientist", "Data Scientist", "Principal Researcher"),
    ),
    Track.EDUCATORS: TrackInfo(
        "Educators",
        "Knowledge transfer and training",
        ("Technical training", "Mentorship", "Content creation"),
        ("Technical Trainer", "Engineering Mentor", "Learning Lead"),
    ),
}
