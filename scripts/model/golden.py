"""Texts whose vectors are committed: every kind of text an encoder may get wrong."""

from ai.embeddings.manifest import COMMITTED

TEXTS = COMMITTED / "golden_texts.json"
VECTORS = COMMITTED / "golden_vectors.npy"
"""Made by sentence-transformers; row n belongs to text n."""

_SENTENCE = "Attackers who hold one stolen credential look for the next one before anything else. "

GOLDEN_TEXTS: tuple[str, ...] = (
    "",
    " \t\n ",
    "a",
    "cybersecurity",
    "Incident Response Fundamentals",
    "INCIDENT RESPONSE FUNDAMENTALS",
    "Network Defence Basics. Learn how packets travel, what a firewall sees and what it misses.",
    "What should I learn after my first capture-the-flag event?",
    "SELECT * FROM users WHERE email = '' OR '1'='1'; -- drop",
    "<script>alert('xss')</script> {{7*7}} ../../etc/passwd %00",
    "CVE-2021-44228: ${jndi:ldap://127.0.0.1/a}",
    "https://example.org/a/very/long/path?with=query&and=more#fragment",
    "192.168.0.1 10.0.0.0/8 fe80::1 00:1A:2B:3C:4D:5E",
    "3.14159 -42 1e400 NaN Infinity 0xDEADBEEF",
    "don't re-use state-of-the-art e-mail/SMS one-time passwords (OTPs)!!!",
    "line one\nline two\r\nline three\ttabbed",
    "null\x00byte and bell\x07",
    "Karibu kwenye mafunzo ya usalama wa mtandao kwa vijana wa Afrika.",
    "Ẹ kú àárọ̀, ẹ jẹ́ ká kọ́ nípa ààbò orí ayélujára",
    "Café, naïve, résumé, Zürich, São Tomé, Ñandú",
    "Cafe\u0301 with a combining accent",
    "أمن المعلومات وحماية الشبكات",
    "אבטחת מידע ברשת",
    "መረጃ ደህንነት ለሁሉም",
    "网络安全基础课程",
    "サイバーセキュリティ入門 ｶﾀｶﾅ",
    "кибербезопасность для начинающих",
    "🔐 🛡️ 👩🏾\u200d💻 🇰🇪",
    "zero\u200bwidth and \u202eright-to-left override\u202c",
    "x" * 500,
    "pneumonoultramicroscopicsilicovolcanoconiosis antidisestablishmentarianism",
    _SENTENCE * 8,
    _SENTENCE * 17,
    _SENTENCE * 40,
    "安全 " * 400,
)
