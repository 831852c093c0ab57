// The secret's text and tags, and markers with and without one.
#include "app/secret.hpp"
#include "app/marker.hpp"
#include "test/support/catch.hpp"
#include "text/siphash.hpp"

using namespace forever;

TEST_CASE("SEC1 SipHash-2-4 has the values of its paper") {
  SipKey key;
  std::string text;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = std::byte{static_cast<unsigned char>(i)};
  CHECK(siphash(key, text) == 0x726fdb47dd0e0e31U);
  for (char c = 0; c < 15; ++c) text += c;
  CHECK(siphash(key, text) == 0xa129ca6149be45e5U);
  CHECK(siphash(key, text.substr(0, 8)) == 0x93f5f5799a932462U);
}

TEST_CASE("SEC1 a secret is what its text says, and a damaged text is none") {
  const auto secret = Secret::random();
  REQUIRE(secret);
  CHECK(secret->text().size() == 33);
  CHECK(Secret::from_text(secret->text()) == secret);
  CHECK_FALSE(Secret::random() == secret);
  const std::string text = secret->text();
  for (const std::string& spoilt : {std::string{}, text.substr(1), text.substr(0, 32), text + "\n",
                                    "g" + text.substr(1), "+" + text.substr(1), std::string(33, '\0')})
    CHECK_FALSE(Secret::from_text(spoilt));
  CHECK(secret->tag_of("a").size() == 16);
  CHECK(secret->tag_of("a") != secret->tag_of("b"));
  CHECK(secret->tag_of("a") != Secret::random()->tag_of("a"));
}

TEST_CASE("SEC1 a marker is read with its tag and without, and a generation that is made up is none") {
  const InstanceMarker marker{"id/web", 3, 17, "0123456789abcdef"};
  CHECK(marker_text(marker) == "id/web/3/17");
  CHECK(marker_with_tag(marker) == "id/web/3/17:0123456789abcdef");
  const auto read = marker_from(marker_with_tag(marker));
  REQUIRE(read);
  CHECK((read->prefix == "id/web" && read->slot == 3 && read->generation == 17 && read->tag == marker.tag));
  const auto old = marker_from("id/web/3/17");
  REQUIRE(old);
  CHECK(old->tag.empty());
  for (const char* text :
       {"", "/", "id", "id/web", "3/17", "id/web/x/1", "id/web/1/x", "id/web/1/-1", "id/web/4294967296/1",
        "id/web/0/18446744073709551614", "id/web/0/1000000000001", ":x", "id/web/1/ 1"})
    CHECK_FALSE(marker_from(text));
}
