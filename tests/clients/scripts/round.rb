# The whole round of Ruby's akismet: round.rb SITE KEY; prints what it answered, as JSON.
require 'akismet'
require 'json'

site, key = ARGV
user = ['203.0.113.9', 'Mozilla/5.0']
ham = { author: 'Ana', text: 'Thank you, the second diagram made it click.', type: 'comment', languages: %w[en fr] }
spam = { author: 'SEO Bob', text: 'Hi #WEBSITE# owner! Your customers see a warning about your site.' }
missed = { author: 'Bob', text: 'Lovely, I shall try it with rye.' }
guaranteed = { author: 'viagra-test-123', text: 'x', test: true }
options = { app_name: 'tester', app_version: '1.0' }

said = Akismet::Client.open(key, site, options) do |client|
  client.spam(*user, missed)
  client.ham(*user, spam)
  {
    'verify' => client.verify_key,
    'ham' => client.check(*user, ham),
    'spam' => client.check(*user, spam.merge(text: spam[:text] + ' Write to me.')),
    'guaranteed' => client.check(*user, guaranteed),
    'discard' => client.check(*user, guaranteed.merge(test_discard: true)),
    'environment' => client.spam?(*user, ham.merge(env: { 'HTTP_ACCEPT' => '*/*' })),
  }
end
wrong = Akismet::Client.new('000000000000', site, options)
said['another key'] = wrong.verify_key
begin
  said['wrong key'] = wrong.spam?(*user, ham)
rescue Akismet::Error => error
  said['wrong key'] = "Akismet::Error: #{error.message}"
end
puts JSON.generate(said)
