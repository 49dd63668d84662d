# The whole round of Perl's Net::Akismet: round.pl SITE KEY; prints what it answered, one "name: value" a line.
use strict;
use warnings;
use Net::Akismet;

my ($site, $key) = @ARGV;
my @user = (USER_IP => '203.0.113.9', COMMENT_USER_AGENT => 'Mozilla/5.0', REFERER => 'https://blog.example.org/post');
my @spam = (COMMENT_AUTHOR => 'SEO Bob', COMMENT_CONTENT => 'Hi #WEBSITE# owner! Your customers see a warning about your site.');
my @ham = (COMMENT_AUTHOR => 'Ana', COMMENT_CONTENT => 'Thank you, the second diagram made it click.');
my @missed = (COMMENT_AUTHOR => 'Bob', COMMENT_CONTENT => 'Lovely, I shall try it with rye.');
my $client = Net::Akismet->new(KEY => $key, URL => $site) or die 'the key was refused';

sub say_of { printf "%s: %s\n", $_[0], defined $_[1] ? $_[1] : 'undef' }

say_of('ham', $client->check(@user, @ham));
say_of('spam', $client->check(@user, @spam));
say_of('guaranteed', $client->check(@user, COMMENT_AUTHOR => 'viagra-test-123', COMMENT_CONTENT => 'x'));
say_of('submit spam', $client->spam(@user, @missed));
say_of('submit spam answer', $client->{response});
say_of('submit ham', $client->ham(@user, @spam));
say_of('submit ham answer', $client->{response});
say_of('another key', scalar Net::Akismet->new(KEY => '000000000000', URL => $site));
