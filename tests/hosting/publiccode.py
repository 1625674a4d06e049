"""Holds publiccode.yml to version 0.4 of its standard: the mandatory keys, their types, and the lengths."""

import re
import sys
from pathlib import Path

import yaml

LANGUAGES = ("nl", "en")
STATUS = ("concept", "development", "beta", "stable", "obsolete")
TYPES = ("standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web", "standalone/backend",
         "standalone/other", "addon", "library", "configurationFiles")


def main(path):
    document = yaml.safe_load(Path(path).read_text())
    check_core(document)
    for language in LANGUAGES:
        check_description(language, at(document, "description", language))
    check_maintenance(at(document, "maintenance"))
    check_same_as_cargo(document)
    print(f"ok  {path}: version 0.4, described in {' and '.join(LANGUAGES)}")


def check_core(document):
    expect(at(document, "publiccodeYmlVersion") == "0.4", "publiccodeYmlVersion is the string 0.4")
    expect(isinstance(at(document, "name"), str), "name is text")
    expect(re.match(r"^https://", at(document, "url")), "url is an https address")
    for key in ("platforms", "categories"):
        expect(words(at(document, key)), f"{key} is a list of words")
    expect(at(document, "developmentStatus") in STATUS, f"developmentStatus is one of {STATUS}")
    expect(at(document, "softwareType") in TYPES, f"softwareType is one of {TYPES}")
    expect(isinstance(at(document, "localisation", "localisationReady"), bool), "localisationReady is true or false")
    expect(set(LANGUAGES) <= set(at(document, "localisation", "availableLanguages")), "availableLanguages has nl and en")


def check_description(language, description):
    expect(len(at(description, "shortDescription")) <= 150, f"the {language} shortDescription has at most 150 characters")
    # The standard asks for 150; some catalogues still ask for the 500 of its older versions.
    expect(500 <= len(at(description, "longDescription")) <= 10_000, f"the {language} longDescription has 500 to 10000")
    expect(words(at(description, "features")), f"the {language} features are a list of sentences")


def check_maintenance(maintenance):
    expect(at(maintenance, "type") in ("internal", "community"), "maintenance.type is internal or community")
    expect(all(at(contact, "name") for contact in at(maintenance, "contacts")), "each contact has a name")


def check_same_as_cargo(document):
    cargo = Path("Cargo.toml").read_text()
    for key, value in (("version", document.get("softwareVersion")), ("license", at(document, "legal", "license")),
                       ("repository", document["url"])):
        expect(f'{key} = "{value}"' in cargo, f"{key} is the same as in Cargo.toml")


def at(document, *keys):
    for key in keys:
        expect(isinstance(document, dict) and key in document, f"{'.'.join(keys)} is there")
        document = document[key]
    return document


def words(value):
    return isinstance(value, list) and value and all(isinstance(word, str) and word for word in value)


def expect(holds, sentence):
    if not holds:
        sys.exit(f"tests/hosting/check: publiccode.yml: expected that {sentence}")


main(sys.argv[1])
