"""The fixed queries whose nearest items must not change when a generation is rebuilt."""

QUERIES = (
    "first steps in cybersecurity",
    "how attackers get into a network",
    "hardening a linux server",
    "reading firewall and system logs",
    "writing python scripts for security tasks",
    "web application vulnerabilities",
    "cryptography and key management",
    "securing mobile money",
    "incident response and crisis communication",
    "malware analysis in a lab",
    "threat intelligence reports",
    "risk management for executives",
    "building and leading a security team",
    "compliance, audits and data protection law",
    "starting a security company",
    "pricing and selling security services",
    "designing a research study",
    "reading scientific papers critically",
    "teaching beginners about online safety",
    "planning a training workshop",
)
